/** A file that cannot be read as a notebook: what is wrong with it, and what to do. */
export class NotebookFormatError extends Error {
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.name = "NotebookFormatError";
    this.hint = hint;
  }
}
