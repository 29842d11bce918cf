/** What an editor asks of the kernel, and how it shows the answers: the seam between editor and session. */
import type { Extension } from "@codemirror/state";
import type * as Y from "yjs";
import type { CodeInspected, Completion } from "../contracts/generated.ts";

export interface EditorServices {
  /** Whether the kernel would answer now; while it runs a cell, it would not. */
  isReady(): boolean;
  complete(source: string, cursor: number): Promise<Completion[]>;
  inspect(source: string, cursor: number, detailLevel?: number): Promise<CodeInspected>;
  /** A MIME bundle as an element. */
  render(data: CodeInspected["data"]): HTMLElement;
  /** How the source of a SQL cell is read, completed and marked. */
  sql(text: Y.Text): Promise<Extension>;
}
