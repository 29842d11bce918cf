import { loadPyodide } from "./pyodide/pyodide.mjs";

const decoder = new TextDecoder();
const write = (bytes) => {
  self.postMessage({ text: decoder.decode(bytes) });
  return bytes.length;
};

const loading = loadPyodide({ indexURL: new URL("./pyodide/", self.location.href).href });

// Set before anything is awaited: a message that finds no listener is lost.
self.onmessage = async ({ data: { id, code, packages } }) => {
  const pyodide = await loading;
  pyodide.setStdout({ write });
  if (packages.length) await pyodide.loadPackage(packages, { messageCallback: () => undefined });
  const value = await pyodide.runPythonAsync(code);
  self.postMessage({ done: id, value: String(value) });
};
