// Byte-compiles every wheel of a job folder inside Pyodide; run by Deno with no rights but these folders.
// Arguments: the folder of the runtime, the folder of this script, the job folder.

const [runtime, here, job, sitePackages] = Deno.args;
const { loadPyodide } = await import(`file://${runtime}/pyodide.mjs`);
const pyodide = await loadPyodide({ indexURL: `${runtime}/`, packageCacheDir: runtime });
const module = pyodide.toPy({});
pyodide.runPython(Deno.readTextFileSync(`${here}/compile_wheel.py`), { globals: module });
const compileWheel = module.get("compile_wheel");

for (const entry of [...Deno.readDirSync(`${job}/in`)].sort((a, b) => (a.name < b.name ? -1 : 1))) {
  const wheel = pyodide.toPy(Deno.readFileSync(`${job}/in/${entry.name}`));
  const bytes = wheel.tobytes();
  const packed = compileWheel(bytes, sitePackages);
  const view = packed.getBuffer ? packed.getBuffer("u8") : null;
  Deno.writeFileSync(`${job}/out/${entry.name}`, view ? view.data : packed);
  view?.release();
  packed.destroy?.();
  bytes.destroy?.();
  wheel.destroy();
  console.log(entry.name);
}
Deno.exit(0);
