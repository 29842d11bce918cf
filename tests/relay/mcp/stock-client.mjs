// A client made of a stock package: @modelcontextprotocol/client, with nothing of ours.
// Arguments: static/package.json (whose packages are used), then "http", the address, the token and a
// notebook; or "stdio", the address, Python and a notebook. One line of JSON says what was found.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [manifest, transport, address, how, notebook] = process.argv.slice(2);
const require = createRequire(manifest);
const load = (name) => import(pathToFileURL(require.resolve(name)));
const { Client, StreamableHTTPClientTransport } = await load("@modelcontextprotocol/client");

const client = new Client({ name: "stock", version: "1.0.0" });
await client.connect(transport === "http" ? overHttp() : await overStdio());
const { tools } = await client.listTools();
const { resources } = await client.listResources();
const read = await client.callTool({ name: "read_notebook", arguments: { notebook } });
const found = {
  tools: tools.map(({ name }) => name),
  resources: resources.map(({ uri }) => uri),
  notebook: read.structuredContent,
};
if (transport === "stdio") {
  const ran = await client.callTool({ name: "run_python", arguments: { code: "print(6 * 7)" } });
  found.stdout = ran.structuredContent.stdout;
}
await client.close();
process.stdout.write(JSON.stringify(found));
process.exit();

function overHttp() {
  const requestInit = { headers: { authorization: `Bearer ${how}` } };
  return new StreamableHTTPClientTransport(new URL(address), { requestInit });
}

async function overStdio() {
  const { StdioClientTransport } = await load("@modelcontextprotocol/client/stdio");
  const args = ["-m", "wasm_runtime", "mcp", "--relay", address, "--env", "core"];
  return new StdioClientTransport({ command: how, args, env: process.env });
}
