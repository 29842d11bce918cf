/** Makes a Deno or Node process look like a bare worker: Pyodide then takes its browser path, which reads
 * nothing by itself, and Python finds no door to the host among the globals. */

/** Ways to the host. `Buffer` stays: Node's own fetch classes look it up when they are first used. */
const HOST_GLOBALS = ["Deno", "process", "global", "require", "module", "exports", "__dirname", "__filename"];

export function disguiseAsWorker(): void {
  for (const name of HOST_GLOBALS) Reflect.deleteProperty(globalThis, name);
  const isGlobal = (value: unknown): boolean => value === globalThis;
  const WorkerGlobalScope = Object.defineProperty(() => undefined, Symbol.hasInstance, { value: isGlobal });
  const additions: Record<string, unknown> = {
    self: globalThis,
    WorkerGlobalScope,
    location: new URL("https://runtime.invalid/"),
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  };
  for (const [name, value] of Object.entries(additions))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
