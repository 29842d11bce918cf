/** Decode contract values at the door; refuse what the contract does not name. The twin of codec.py. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type Shape =
  | keyof typeof SCALARS
  | "json"
  | { readonly values: readonly unknown[] }
  | { readonly optional: Shape }
  | { readonly list: Shape }
  | { readonly map: Shape }
  | RecordShape<unknown>
  | UnionShape<unknown>;

/** The fields of a record; a name that ends in "?" may be left out. */
export interface RecordShape<Value> {
  readonly name: string;
  readonly fields: Readonly<Record<string, Shape>>;
  /** Only in the types: what a value of this shape is. */
  readonly value?: Value;
}

/** Records told apart by their `kind`. */
export interface UnionShape<Value> {
  readonly name: string;
  readonly members: readonly RecordShape<unknown>[];
  readonly value?: Value;
}

/** A value that does not fit; `path` says where, e.g. `run_cell.source`. */
export class ContractError extends Error {
  readonly path: string;
  constructor(path: string, expected: string, came: unknown) {
    super(`${path}: expected ${expected}, got ${describe(came)}`);
    this.name = "ContractError";
    this.path = path;
  }
}

/** `value` as what `shape` describes; throws ContractError. */
export function decode<Value>(value: unknown, shape: RecordShape<Value> | UnionShape<Value>): Value {
  walk(value, shape, shape.name);
  return value as Value;
}

const SCALARS = {
  string: { is: (value: unknown) => typeof value === "string", words: "a string" },
  boolean: { is: (value: unknown) => typeof value === "boolean", words: "true or false" },
  number: { is: (value: unknown) => typeof value === "number", words: "a number" },
  integer: { is: Number.isInteger, words: "an integer" },
  bytes: { is: (value: unknown) => value instanceof Uint8Array, words: "bytes" },
  blob: {
    is: (value: unknown) => value instanceof Uint8Array || value instanceof Blob,
    words: "bytes or a blob",
  },
};

function walk(value: unknown, shape: Shape, path: string): void {
  if (shape === "json") return;
  if (typeof shape === "string") {
    const { is, words } = SCALARS[shape];
    expect(is(value), value, path, words);
  } else if ("fields" in shape) record(value, shape, path);
  else if ("members" in shape) union(value, shape, path);
  else if ("optional" in shape) {
    if (value !== null) walk(value, shape.optional, path);
  } else if ("values" in shape) {
    const words = shape.values.map((known) => JSON.stringify(known)).join(" or ");
    expect(shape.values.includes(value), value, path, words);
  } else if ("list" in shape) {
    expect(Array.isArray(value), value, path, "a list");
    for (const [i, item] of (value as unknown[]).entries()) walk(item, shape.list, `${path}[${i}]`);
  } else {
    for (const [key, item] of Object.entries(mapping(value, path))) walk(item, shape.map, `${path}.${key}`);
  }
}

function union(value: unknown, { name, members }: UnionShape<unknown>, path: string): void {
  const { kind } = mapping(value, path);
  const member = members.find(({ fields }) =>
    (fields["kind"] as { values: unknown[] }).values.includes(kind),
  );
  if (member === undefined) throw new ContractError(`${path}.kind`, `a kind of ${name}`, kind);
  record(value, member, path);
}

function record(value: unknown, { fields }: RecordShape<unknown>, path: string): void {
  const plain = mapping(value, path);
  for (const key of Object.keys(plain)) {
    if (!Object.hasOwn(fields, key) && !Object.hasOwn(fields, `${key}?`))
      throw new ContractError(`${path}.${key}`, "no such field", plain[key]);
  }
  for (const [field, shape] of Object.entries(fields)) {
    const key = field.replace("?", "");
    if (Object.hasOwn(plain, key)) walk(plain[key], shape, `${path}.${key}`);
    else if (key === field) throw new ContractError(`${path}.${key}`, "a value", null);
  }
}

function mapping(value: unknown, path: string): Record<string, unknown> {
  const plain =
    typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
  if (!plain) throw new ContractError(path, "an object", value);
  return value as Record<string, unknown>;
}

function expect(good: boolean, value: unknown, path: string, expected: string): void {
  if (!good) throw new ContractError(path, expected, value);
}

function describe(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return `${value === null ? "null" : typeof value} ${text.length <= 60 ? text : `${text.slice(0, 57)}...`}`;
}
