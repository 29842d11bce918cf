/** A kernel's end of the table's comm: a table whose rows are computed from their number. */
import type {
  AskExport,
  AskProfile,
  AskWindow,
  TableAnswer,
  TableColumn,
  TableOutput,
} from "../../../static/src/contracts/generated.ts";
import type { CommEvent, Json } from "../../../static/src/outputs/output.ts";

const CITIES = ["Lisbon", "Oslo", "Graz", "null", "Kyoto", "São Paulo"];
const MINUTE = 60_000;

export const COLUMNS: TableColumn[] = [
  { name: "id", kind: "integer", type: "int64" },
  { name: "city", kind: "text", type: "object" },
  { name: "amount", kind: "number", type: "float64" },
  { name: "sold_at", kind: "timestamp", type: "datetime64[us]" },
  { name: "is_new", kind: "boolean", type: "bool" },
  { name: "price", kind: "decimal", type: "numeric(10,2)" },
  { name: "note", kind: "text", type: "text" },
  { name: "payload", kind: "bytes", type: "bytea" },
];

export function rowOf(id: number): Json[] {
  const hour = (id % 1440) / 1440;
  return [
    id,
    CITIES[(id * 7) % CITIES.length]!,
    id % 11 === 3 ? null : Math.round((40 + 30 * Math.sin(hour * 6.28) + (id % 13)) * 100) / 100,
    new Date(Date.UTC(2026, 0, 1) + id * MINUTE).toISOString().slice(0, 19).replace("T", " "),
    id % 3 === 0,
    `${(id % 997) + 0.5}0`,
    id % 5 === 0 ? null : id % 7 === 0 ? `first line\nsecond\tline of ${id}` : `note ${id}`,
    `\\x${(id % 256).toString(16).padStart(2, "0")}`,
  ];
}

export class TableKernel {
  readonly rows: number;
  readonly asked: Json[] = [];
  /** The words of a refusal that every request gets, if any. */
  refusal = "";
  readonly #tell: (event: CommEvent) => void;

  constructor(rows: number, tell: (event: CommEvent) => void) {
    this.rows = rows;
    this.#tell = tell;
  }

  get output(): TableOutput {
    return {
      table_id: "t1",
      columns: COLUMNS,
      rows: this.rows,
      preview: Array.from({ length: Math.min(100, this.rows) }, (_, id) => rowOf(id)),
      variable: "sales",
      source: {
        connection: "warehouse",
        seconds: 2.31,
        fetched_at: new Date(Date.now() - 3.5 * MINUTE).toISOString(),
        cached: true,
      },
    };
  }

  /** What the page said; answered in a task of its own, as a kernel's answers come. */
  receive(event: CommEvent): void {
    if (event.kind !== "comm_msg") return;
    const request = event.data as unknown as AskWindow | AskProfile | AskExport;
    this.asked.push(event.data);
    const buffers = request.kind === "ask_export" ? [new TextEncoder().encode("id,city\n0,Lisbon\n")] : [];
    const data = this.#answer(request) as unknown as Json;
    setTimeout(() => this.#tell({ kind: "comm_msg", comm_id: event.comm_id, data, metadata: null, buffers }));
  }

  #answer(request: AskWindow | AskProfile | AskExport): TableAnswer {
    const { request_id } = request;
    if (this.refusal)
      return { kind: "table_refusal", request_id, message: this.refusal, hint: "Run the query again." };
    if (request.kind === "ask_export") return { kind: "table_export", request_id, file_name: "sales.csv" };
    if (request.kind === "ask_profile") return this.#profile(request);
    const ids = this.#ids(request);
    const shown = Array.from({ length: Math.max(0, Math.min(request.limit, ids.count - request.offset)) }, (_, at) =>
      rowOf(ids.at(request.offset + at)),
    );
    return { kind: "table_window", request_id, offset: request.offset, rows: shown, total: ids.count };
  }

  /** Only what the tests ask for: the order of `id`, and a city by name. */
  #ids({ sort = [], filters = [] }: AskWindow): { count: number; at(place: number): number } {
    const isDescending = sort[0]?.descending ?? false;
    const city = filters.find(({ column }) => column === 1)?.value;
    const remainder = CITIES.findIndex((name, id) => CITIES[(id * 7) % CITIES.length] === city && name !== "");
    if (city !== undefined && remainder < 0) return { count: 0, at: () => 0 };
    const [step, first] = city === undefined ? [1, 0] : [CITIES.length, remainder];
    const count = Math.ceil((this.rows - first) / step);
    return { count, at: (place) => first + step * (isDescending ? count - 1 - place : place) };
  }

  #profile({ request_id, column }: AskProfile): TableAnswer {
    const isText = COLUMNS[column]!.kind === "text";
    const bins = isText
      ? CITIES.map((city, at) => ({ least: city, most: city, count: 190_000 - at * 20_000 }))
      : Array.from({ length: 20 }, (_, at) => ({
          least: at * 4,
          most: at * 4 + 4,
          count: Math.round(90_000 * Math.exp(-(((at - 9) / 5) ** 2))),
        }));
    return {
      kind: "table_profile",
      request_id,
      column,
      rows: this.rows,
      missing: 90_909,
      distinct: isText ? 6 : 7_421,
      least: isText ? "Graz" : 10,
      most: isText ? "São Paulo" : 82,
      mean: isText ? null : 45.97,
      bins,
    };
  }
}
