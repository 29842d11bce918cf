/** Files to the person, and from the person. */
export { saveFile } from "../outputs/save-file.ts";

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
