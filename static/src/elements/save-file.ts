/** Hands a file to the person as a download. */
export function saveFile(name: string, body: BlobPart, type = "application/octet-stream"): void {
  const url = URL.createObjectURL(new Blob([body], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the URL over once the click was handled.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A title as a file name that every system takes. */
export function fileNameOf(title: string, extension: string): string {
  const clean = title.replace(/[\\/:*?"<>|\p{Cc}]+/gu, " ").trim();
  return `${clean || "Untitled"}.${extension}`;
}

/** Lets the person choose files; empty when they did not. */
export function chooseFiles(accept: string, multiple: boolean): Promise<File[]> {
  const field = document.createElement("input");
  field.type = "file";
  field.accept = accept;
  field.multiple = multiple;
  return new Promise((resolve) => {
    field.addEventListener("change", () => resolve([...(field.files ?? [])]));
    field.addEventListener("cancel", () => resolve([]));
    field.click();
  });
}
