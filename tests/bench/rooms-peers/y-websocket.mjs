// The server of y-websocket with its LevelDB persistence (YPERSISTENCE names the folder).
// Prints its port.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { WebSocketServer } from "ws";

const { setupWSConnection } = createRequire(import.meta.url)("./node_modules/y-websocket/bin/utils.cjs");

// The package's own bin/server.cjs is these lines, with a fixed port.
const server = createServer();
const sockets = new WebSocketServer({ noServer: true });
sockets.on("connection", setupWSConnection);
server.on("upgrade", (request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit("connection", opened, request));
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.address().port}\n`));
