// A client made of stock packages: yjs and y-websocket, with nothing of ours.
// Arguments: static/package.json (whose packages are used), the rooms' address, the document.
// Each line on stdin is text to append; each line on stdout is the state, whenever it changes.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [manifest, address, documentId] = process.argv.slice(2);
const require = createRequire(manifest);
const Y = require("yjs");
const { WebsocketProvider } = require("y-websocket");

const doc = new Y.Doc();
const text = doc.getText("text");
const provider = new WebsocketProvider(address, documentId, doc, { disableBc: true });
provider.awareness.setLocalStateField("user", { name: "stock" });

function report() {
  const names = [...provider.awareness.getStates().values()].map((state) => state.user?.name);
  const large = doc.getText("large").length;
  const state = { text: text.toString(), large, synced: provider.synced, names: names.sort() };
  process.stdout.write(`${JSON.stringify(state)}\n`);
}
provider.on("sync", report);
provider.on("connection-close", report);
provider.awareness.on("change", report);
doc.on("update", report);

for await (const line of createInterface({ input: process.stdin })) {
  text.insert(text.length, line);
}
process.exit();
