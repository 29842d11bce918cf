// Hocuspocus with its SQLite persistence. Argument: the file. Prints its port.
import { SQLite, selectQuery, upsertQuery } from "@hocuspocus/extension-sqlite";
import { Server } from "@hocuspocus/server";

const sqlite = new SQLite({ database: process.argv[2] });
// The extension's own two queries, each prepared once: it prepares them anew each time, and under
// Node 24 better-sqlite3 12.11 ends the process when such a statement is collected.
let select, upsert;
sqlite.configuration.fetch = async ({ documentName }) => {
  select ??= sqlite.db.prepare(selectQuery);
  return select.get({ name: documentName })?.data ?? null;
};
sqlite.configuration.store = async ({ documentName, state }) => {
  upsert ??= sqlite.db.prepare(upsertQuery);
  upsert.run({ name: documentName, data: state });
};

const server = new Server({ port: 0, address: "127.0.0.1", quiet: true, extensions: [sqlite] });
await server.listen();
process.stdout.write(`${server.address.port}\n`);
