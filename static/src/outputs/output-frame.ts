/** One frame that shows output with scripts: opened late, opaque or not at all, and closed when it misbehaves. */
import {
  FRAME_PROTOCOL,
  type FrameContent,
  type PageToFrame,
  readFromFrame,
} from "./frame/frame-messages.ts";
import { themeAround } from "./frame-theme.ts";
import type { FrameLibraries, FrameRequest } from "./frames.ts";

const MAX_HEIGHT = 800;
/** An animation sends 60 sizes a second; whoever sends this many wants to keep the page busy. */
const MAX_MESSAGES_A_SECOND = 1_000;

export interface FrameSurroundings {
  frameUrl: string;
  library(name: keyof FrameLibraries): Promise<string>;
  isAttributeNeeded(): boolean;
  onHeaderMissing(): void;
}

export class OutputFrame {
  readonly element = document.createElement("div");
  readonly #request: FrameRequest;
  readonly #surroundings: FrameSurroundings;
  #iframe: HTMLIFrameElement | null = null;
  #isTrusted = false;
  #stopListening: (() => void) | null = null;
  #second = 0;
  #messagesThisSecond = 0;

  constructor(request: FrameRequest, surroundings: FrameSurroundings) {
    this.#request = request;
    this.#surroundings = surroundings;
    this.element.className = "nb-frame";
    this.element.dataset["state"] = "waiting";
  }

  get window(): Window | null {
    return this.#iframe?.contentWindow ?? null;
  }

  open(): void {
    this.close();
    const iframe = document.createElement("iframe");
    iframe.title = this.#request.title;
    iframe.referrerPolicy = "no-referrer";
    if (this.#surroundings.isAttributeNeeded()) iframe.setAttribute("sandbox", "allow-scripts");
    iframe.src = this.#surroundings.frameUrl;
    let loads = 0;
    iframe.addEventListener("load", () => {
      if (++loads > 1)
        this.#stop("This output was closed because it tried to open another page in its place.");
    });
    this.#iframe = iframe;
    this.element.dataset["state"] = "opening";
    this.element.replaceChildren(iframe);
  }

  close(): void {
    this.#stopListening?.();
    this.#stopListening = null;
    this.#iframe?.remove();
    this.#iframe = null;
    this.#isTrusted = false;
  }

  sendTheme(): void {
    if (this.#isTrusted) this.#tell({ kind: "theme", theme: themeAround(this.element) });
  }

  receive(event: MessageEvent): void {
    if (this.#isFlood()) {
      this.#stop("This output was closed because it kept the page busy with messages.");
      return;
    }
    const message = readFromFrame(event.data);
    if (!message) return;
    if (message.kind === "hello") {
      if (!this.#isTrusted) this.#greet(event.origin);
    } else if (!this.#isTrusted) return;
    else if (message.kind === "size") this.#resize(message.height);
    else if (message.kind === "failed") this.#stop(message.message);
    else this.#request.model?.send(message.change);
  }

  /** Nothing goes into a frame that shares the page's origin. */
  #greet(origin: string): void {
    if (origin === "null") {
      this.#isTrusted = true;
      this.#show().catch((cause) => this.#stop(`This output could not be shown: ${cause}`));
    } else if (this.#surroundings.isAttributeNeeded() && this.#iframe?.hasAttribute("sandbox")) {
      this.#stop("This browser does not isolate frames, so the output's scripts are not run.");
    } else {
      this.#surroundings.onHeaderMissing();
      this.open();
    }
  }

  async #show(): Promise<void> {
    const { title, model } = this.#request;
    const content = await this.#content();
    const theme = themeAround(this.element);
    this.#tell({ kind: "show", title, content, theme });
    this.#stopListening = model?.listen((change) => this.#tell({ kind: "model", change })) ?? null;
    this.element.dataset["state"] = "shown";
  }

  async #content(): Promise<FrameContent> {
    const { content, needs } = this.#request;
    if ("spec" in content) {
      const { type, spec } = content;
      return { type, spec, library: await this.#surroundings.library(type) };
    }
    if (content.type === "html" && needs !== undefined)
      return { ...content, library: await this.#surroundings.library(needs) };
    return content;
  }

  #resize(height: number): void {
    if (this.#iframe) this.#iframe.style.height = `${Math.min(height, MAX_HEIGHT)}px`;
  }

  #isFlood(): boolean {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) this.#messagesThisSecond = 0;
    this.#second = second;
    return ++this.#messagesThisSecond > MAX_MESSAGES_A_SECOND;
  }

  #stop(reason: string): void {
    this.close();
    this.element.dataset["state"] = "stopped";
    const words = document.createElement("p");
    words.textContent = reason;
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = "Show again";
    again.addEventListener("click", () => this.open());
    const notice = document.createElement("div");
    notice.className = "nb-notice";
    notice.append(words, again);
    this.element.replaceChildren(notice);
  }

  #tell(message: PageToFrame): void {
    // An opaque origin has no name to address; the frame said hello from one, and a second load closes it.
    this.window?.postMessage({ protocol: FRAME_PROTOCOL, ...message }, "*");
  }
}
