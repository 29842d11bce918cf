/** What is said of a row of the schema browser. */
import type { TreeNode } from "./schema-tree.ts";

/** What a screen reader says of a row. */
export function spoken(row: TreeNode): string {
  const kind = row.kind === "note" ? "" : ` ${row.kind}`;
  const key = row.kind === "column" && row.column.primary_key ? ", primary key" : "";
  return `${row.label}${kind}${row.detail ? `, ${row.detail}` : ""}${key}`;
}

/** Each a line below the tree. */
export function facts(row: TreeNode): string[] {
  switch (row.kind) {
    case "connection":
      return [row.detail, row.info.description].filter((fact) => fact !== "");
    case "table":
      return [`${row.table.schema}.${row.table.name}`, row.table.comment ?? "", row.detail].filter(
        (fact) => fact !== "",
      );
    case "column": {
      const { type, nullable, primary_key, references, comment } = row.column;
      const key = primary_key ? ["Primary key"] : [];
      const target = references ? [`References ${references}`] : [];
      return [`${type || "no type"}${nullable ? "" : ", not null"}`, ...key, ...target, comment ?? ""].filter(
        (fact) => fact !== "",
      );
    }
    default:
      return row.detail === "" ? [] : [row.detail];
  }
}
