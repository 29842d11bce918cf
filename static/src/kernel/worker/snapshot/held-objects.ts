/** Parts of Pyodide's own JavaScript that Python modules hold, written down as paths from its API object. */

export interface ApiPath {
  api: string[];
}

type Properties = Record<string, unknown>;

const DEEPEST = 2;

/** How to find `object` again in another instance of Pyodide. Throws when it is not part of its API. */
export function describeHeldObject(api: object, object: unknown): ApiPath {
  const path = findPath(api as Properties, object, DEEPEST);
  if (path) return { api: path };
  const name = (object as { name?: unknown }).name;
  throw new Error(
    `Python still holds a JavaScript object that cannot be saved: ${String(name || Object.prototype.toString.call(object))}`,
  );
}

/** The object that `describeHeldObject` described. Throws when this Pyodide has none there. */
export function findHeldObject(api: object, description: unknown): unknown {
  const path = (description as Partial<ApiPath> | null)?.api;
  if (!Array.isArray(path)) throw new Error("a held JavaScript object is not described by a path");
  return path.reduce((owner: unknown, name: string) => {
    if (owner === null || owner === undefined || !Object.hasOwn(owner as object, name))
      throw new Error(`Pyodide's API has no ${path.join(".")}`);
    return (owner as Properties)[name];
  }, api);
}

function findPath(owner: Properties, object: unknown, depth: number): string[] | null {
  const names = plainNames(owner);
  for (const name of names) if (owner[name] === object) return [name];
  if (depth === 1) return null;
  for (const name of names) {
    const value = owner[name];
    if (typeof value !== "object" || value === null) continue;
    const rest = findPath(value as Properties, object, depth - 1);
    if (rest) return [name, ...rest];
  }
  return null;
}

/** Own properties with a value: a getter might do anything. */
function plainNames(owner: object): string[] {
  return Object.entries(Object.getOwnPropertyDescriptors(owner))
    .filter(([, descriptor]) => "value" in descriptor)
    .map(([name]) => name);
}
