/** Any failure as a sentence for the person, with what to do. */
import { NotebookFormatError } from "../document/ipynb.ts";
import { KernelEnded, KernelError } from "../kernel/kernel.ts";
import { StorageError } from "../session/database.ts";
import { type Notice, ToldError } from "../session/notice.ts";
import { OpenError } from "../session/open.ts";

/** null when nothing needs to be said: the person went on before it was done. */
export function noticeOf(error: unknown): Notice | null {
  if (error instanceof KernelEnded || error instanceof ToldError) return null;
  if (error instanceof DOMException && error.name === "AbortError") return null;
  if (error instanceof StorageError) return error.notice;
  if (error instanceof KernelError) {
    return { level: "error", message: error.body.message, hint: error.body.hint ?? "" };
  }
  if (error instanceof OpenError || error instanceof NotebookFormatError) {
    return { level: "error", message: error.message, hint: error.hint };
  }
  console.error(error);
  const message = error instanceof Error ? error.message : String(error);
  return {
    level: "error",
    message: `Something went wrong: ${message}`,
    hint: "Your notebook is kept. Reload the page.",
  };
}
