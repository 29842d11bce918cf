/** The frame's way to the page and back. */
import { FRAME_PROTOCOL, type FrameToPage, type PageToFrame, readFromPage } from "./frame-messages.ts";

export function tellPage(message: FrameToPage): void {
  // The frame's origin is opaque and so cannot name its parent's; nothing secret is said here.
  window.parent.postMessage({ protocol: FRAME_PROTOCOL, ...message }, "*");
}

export function listenToPage(listener: (message: PageToFrame) => void): void {
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent) return;
    const message = readFromPage(event.data);
    if (message) listener(message);
  });
}
