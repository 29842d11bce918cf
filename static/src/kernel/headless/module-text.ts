/** Evaluates an ES module without the host's loader: Deno's reads every module twice before it runs it. */

type Exports = Record<string, unknown>;

const DEFAULT_EXPORT = /export default (\w+);\s*$/;
const NAMED_EXPORTS = /export\s*\{([^{}]*)\};?\s*(?:\/\/[^\n]*\s*)?$/;
const NAMED = /^\s*(\w+)(?:\s+as\s+(\w+))?\s*$/;

/**
 * The exports of a module that imports nothing and exports all at its end, by one statement, as Pyodide's two
 * do. Null for a module of another form, which then is for the host to import.
 */
export function evaluateModule(source: string): Exports | null {
  const body = withReturn(source);
  if (body === null) return null;
  // It has no address; whoever asks for one would find nothing there.
  const run = compile(body.replaceAll("import.meta.url", '"https://runtime.invalid/module.mjs"'));
  return run && (run() as Exports);
}

function withReturn(source: string): string | null {
  const single = DEFAULT_EXPORT.exec(source);
  if (single) return `${source.slice(0, single.index)}return { default: ${single[1]} };`;
  const several = NAMED_EXPORTS.exec(source);
  if (!several) return null;
  const members = (several[1] as string).split(",").map((each) => NAMED.exec(each));
  if (!members.every((member) => member !== null)) return null;
  const properties = members.map(([, local, name]) => `${name ?? local}: ${local}`);
  return `${source.slice(0, several.index)}return { ${properties.join(", ")} };`;
}

function compile(body: string): (() => unknown) | null {
  try {
    return new Function(`"use strict";${body}`) as () => unknown;
  } catch (cause) {
    // It imports, exports elsewhere too, or awaits: a function cannot do any of it.
    if (cause instanceof SyntaxError) return null;
    throw cause;
  }
}
