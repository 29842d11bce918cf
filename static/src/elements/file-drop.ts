/** Files dragged from outside onto the page. */

export interface FileDropListener {
  onDropping(isDropping: boolean): void;
  onFiles(files: readonly File[]): void;
}

export class FileDrop {
  constructor(target: HTMLElement, listener: FileDropListener, signal: AbortSignal) {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      listener.onDropping(true);
    };
    target.addEventListener("dragenter", over, { signal });
    target.addEventListener("dragover", over, { signal });
    target.addEventListener(
      "dragleave",
      (event) => event.relatedTarget === null && listener.onDropping(false),
      { signal },
    );
    // Captured, so that an editor does not take the file as text.
    target.addEventListener(
      "drop",
      (event) => {
        listener.onDropping(false);
        if (!hasFiles(event)) return;
        event.preventDefault();
        event.stopPropagation();
        listener.onFiles([...(event.dataTransfer?.files ?? [])]);
      },
      { signal, capture: true },
    );
  }
}

/** Python files are scripts of the folder while a notebook is open, and notebooks on the list. */
export function isNotebookFile({ name }: Pick<File, "name">, isNotebookOpen: boolean): boolean {
  return /\.ipynb$/i.test(name) || (!isNotebookOpen && /\.py$/i.test(name));
}
