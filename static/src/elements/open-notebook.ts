/** A notebook as the page has it open: stored, with its session and folder, ended by one call. */
import type { CodeInspected } from "../contracts/generated.ts";
import type { EditorServices } from "../editor/services.ts";
import type { WorkingFolder } from "../session/files.ts";
import type { NetworkGate } from "../session/network-gate.ts";
import type { PagePresence } from "../session/page-presence.ts";
import type { NotebookSession } from "../session/session.ts";
import type { StoredNotebook } from "../session/stored-notebook.ts";
import type { PackageKeepingParts } from "./package-keeping.ts";
import type { Rendering } from "./rendering.ts";

export interface OpenNotebook {
  id: string;
  stored: StoredNotebook;
  session: NotebookSession;
  presence: PagePresence;
  folder: WorkingFolder;
  network: NetworkGate;
  rendering: Rendering;
  keeping: PackageKeepingParts;
  /** Ends the kernel, stores what is left to store. */
  close(): Promise<void>;
}

export function editorServices(
  session: NotebookSession,
  rendering: Rendering,
  sql: EditorServices["sql"],
): EditorServices {
  return {
    isReady: () => session.kernel.state.kind === "idle",
    complete: (source, cursor) => session.complete(source, cursor),
    inspect: (source, cursor, detailLevel) => session.inspect(source, cursor, detailLevel),
    render: (data: CodeInspected["data"]) => rendering.bundle(data),
    sql,
  };
}
