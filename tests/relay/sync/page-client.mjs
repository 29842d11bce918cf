// The page's client of a room, without the page: it brings a large notebook, then pastes a large text.
// Arguments: the rooms' address, the document, bytes of the notebook, bytes of the paste.
// Prints one line of JSON once all of it is saved.
import { parseIpynb } from "../../../static/src/document/ipynb.ts";
import { after } from "../../../static/src/sync/after.ts";
import { RoomClient } from "../../../static/src/sync/room-client.ts";
import { openSocket } from "../../../static/src/sync/room-socket.ts";

const OUTPUT_BYTES = 500_000;
const [address, documentId, notebookBytes, pasteBytes] = process.argv.slice(2);

const cells = Array.from({ length: Math.ceil(Number(notebookBytes) / OUTPUT_BYTES) }, (_, index) => ({
  cell_type: "code",
  id: `c${index}`,
  metadata: {},
  execution_count: 1,
  source: "x",
  outputs: [{ output_type: "stream", name: "stdout", text: "é".repeat(OUTPUT_BYTES / 2) }],
}));
const notebook = parseIpynb(JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }));

let largest = 0;
const client = new RoomClient({
  doc: notebook.doc,
  openSocket() {
    const socket = openSocket(new URL(`${address}/${documentId}`));
    const send = socket.send.bind(socket);
    socket.send = (message) => {
      largest = Math.max(largest, message.length);
      send(message);
    };
    return socket;
  },
  after,
  chance: Math.random,
  isOnline: () => true,
});

const saved = () =>
  new Promise((resolve, reject) => {
    const look = () => {
      const { state } = client;
      if (state.kind === "ended") reject(new Error(state.ending.message));
      if (!client.isSaved) return;
      client.removeEventListener("state", look);
      resolve();
    };
    client.addEventListener("state", look);
    look();
  });

client.connect();
await saved();
notebook.doc.getText("pasted").insert(0, "p".repeat(Number(pasteBytes)));
await saved();
process.stdout.write(`${JSON.stringify({ largest, waiting: client.waiting })}\n`);
process.exit();
