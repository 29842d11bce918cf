/** What a shared notebook adds to its page: the seam to the part of the app that only shared notebooks load. */
import type { TemplateResult } from "lit";
import type { NotebookPage } from "./notebook-page.ts";

/** Asks its page for an update when what it shows has changed. */
export interface Sharing {
  /** Who is here and what is saved where, in place of the plain save state. */
  header(): TemplateResult;
  /** Beside the cells. */
  panel(): unknown;
  /** The room's address, and who may use it. */
  openShareDialog(): void;
  close(): void;
}

/** Joins the page's notebook with its room. */
export type StartSharing = (page: NotebookPage) => Promise<Sharing>;
