/**
 * Evaluates an ES module without the host's loader. Deno's reads every module twice before it runs it; a browser
 * reads the one large function of Pyodide's main module again when it is called, and once more to tell where in it
 * something was thrown, because a blob's address is no base for others.
 */

type Exports = Record<string, unknown>;

const DEFAULT_EXPORT = /export default (\w+);\s*$/;
const FUNCTION = /^(?:async )?function (\w+)\(/;
const NAMED_EXPORTS = /export\s*\{([^{}]*)\};?\s*(?:\/\/[^\n]*\s*)?$/;
const NAMED = /^\s*(\w+)(?:\s+as\s+(\w+))?\s*$/;

/**
 * The exports of a module that imports nothing and exports all at its end, by one statement, as Pyodide's two
 * do. Null for a module of another form, which then is for the host to import.
 */
export function evaluateModule(source: string): Exports | null {
  // It has no address; whoever asks for one would find nothing there.
  const text = source.replaceAll("import.meta.url", '"https://runtime.invalid/module.mjs"');
  for (const body of withReturn(text)) {
    const run = compile(body);
    if (run) return run() as Exports;
  }
  return null;
}

/** The text as the body of a function that returns what the module exports: the first that compiles is it. */
function withReturn(source: string): string[] {
  const single = DEFAULT_EXPORT.exec(source);
  if (single) {
    const rest = source.slice(0, single.index);
    const plain = `${rest}return { default: ${single[1]} };`;
    // Within parentheses engines read a function whole at once; it does not compile if there is more than that.
    return FUNCTION.exec(rest)?.[1] === single[1] ? [`return { default: (${rest}) };`, plain] : [plain];
  }
  const several = NAMED_EXPORTS.exec(source);
  if (!several) return [];
  const members = (several[1] as string).split(",").map((each) => NAMED.exec(each));
  if (!members.every((member) => member !== null)) return [];
  const properties = members.map(([, local, name]) => `${name ?? local}: ${local}`);
  return [`${source.slice(0, several.index)}return { ${properties.join(", ")} };`];
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
