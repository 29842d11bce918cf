/** What went wrong, in words for people. */
import { TableRefused } from "./table-link.ts";

export function wordsOf(error: Error): string {
  return error instanceof TableRefused && error.hint ? `${error.message} ${error.hint}` : error.message;
}
