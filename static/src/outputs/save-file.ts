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
