// Somebody who edits a notebook with stock packages: yjs and y-websocket, with nothing of ours.
// Arguments: static/package.json (whose packages are used), the rooms' address, the document.
// Each line on stdin is appended to the first cell; each line on stdout is that cell's source.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [manifest, address, documentId] = process.argv.slice(2);
const require = createRequire(manifest);
const Y = require("yjs");
const { WebsocketProvider } = require("y-websocket");

const doc = new Y.Doc();
const provider = new WebsocketProvider(address, documentId, doc, { disableBc: true });

function firstSource() {
  const cells = [...doc.getMap("cells").values()];
  cells.sort((one, other) => (one.get("order") < other.get("order") ? -1 : 1));
  return cells[0]?.get("source");
}
const report = () => process.stdout.write(`${JSON.stringify(String(firstSource() ?? ""))}\n`);
provider.once("sync", report);
doc.on("update", report);

for await (const line of createInterface({ input: process.stdin })) {
  const source = firstSource();
  source.insert(source.length, line);
}
process.exit();
