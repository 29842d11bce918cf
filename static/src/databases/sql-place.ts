/** A line of SQL with a caret below a place in it, as Python shows it. */

/** `position` counts characters from 0, as the relay does. */
export function markedLine(sql: string, position: number): string {
  const characters = [...sql];
  const start = characters.lastIndexOf("\n", position - 1) + 1;
  const end = characters.indexOf("\n", position);
  const number = characters.slice(0, start).filter((each) => each === "\n").length + 1;
  const head = `line ${number}: `;
  const line = characters.slice(start, end < 0 ? undefined : end).join("");
  // A tab keeps its width, so that the caret stands below its character.
  const before = characters.slice(start, position).map((each) => (each === "\t" ? "\t" : " "));
  return `${head}${line}\n${" ".repeat(head.length)}${before.join("")}^`;
}
