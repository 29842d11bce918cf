// Plain Pyodide under Deno: the same release, wheels and work, timed from the start of the process.
import { loadPyodide } from "./pyodide/pyodide.mjs";

const [code, ...packages] = Deno.args;
const pyodide = await loadPyodide({ indexURL: new URL("./pyodide/", import.meta.url).pathname });
if (packages.length) await pyodide.loadPackage(packages, { messageCallback: () => undefined });
await pyodide.runPythonAsync(code);
