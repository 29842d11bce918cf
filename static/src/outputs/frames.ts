/** Makes output frames, and hands what comes from a window to the frame that it belongs to. */
import type { FrameContent } from "./frame/frame-messages.ts";
import { onThemeChange } from "./frame-theme.ts";
import { OutputFrame } from "./output-frame.ts";
import type { ModelLink } from "./widgets/model-link.ts";

/** Content as a renderer has it: libraries are added when the frame is opened. */
type RequestedContent =
  | Exclude<FrameContent, { type: "plotly" | "vega" }>
  | { type: "plotly" | "vega"; spec: unknown };

export interface FrameRequest {
  /** What a screen reader calls the frame. */
  title: string;
  content: RequestedContent;
  /** For HTML that counts on a library being there. */
  needs?: keyof FrameLibraries;
  model?: ModelLink;
  signal?: AbortSignal;
}

export interface FrameFactory {
  /** An element that becomes the frame once it comes near the viewport. */
  open(request: FrameRequest): HTMLElement;
}

/** Where the texts of the libraries are that charts need. */
export interface FrameLibraries {
  plotly: string;
  vega: string;
}

export interface OutputFramesOptions {
  /** Where `frames/output.html` is. */
  frameUrl: string;
  libraries: FrameLibraries;
  signal?: AbortSignal;
}

export class OutputFrames implements FrameFactory {
  readonly #options: OutputFramesOptions;
  readonly #libraryTexts = new Map<keyof FrameLibraries, Promise<string>>();
  readonly #frames = new Set<OutputFrame>();
  readonly #near: IntersectionObserver;
  readonly #frameOf = new WeakMap<Element, OutputFrame>();
  /** Found out with the first frame: whether the host sends the header that makes frames opaque. */
  #needsAttribute = false;

  constructor(options: OutputFramesOptions) {
    this.#options = options;
    const { signal } = options;
    const listening = signal ? { signal } : {};
    window.addEventListener("message", (event) => this.#deliver(event), listening);
    onThemeChange(() => {
      for (const frame of this.#frames) frame.sendTheme();
    }, signal);
    this.#near = new IntersectionObserver((entries) => this.#openNear(entries), { rootMargin: "300px" });
  }

  open(request: FrameRequest): HTMLElement {
    const frame = new OutputFrame(request, {
      frameUrl: this.#options.frameUrl,
      library: (name) => this.#library(name),
      isAttributeNeeded: () => this.#needsAttribute,
      onHeaderMissing: () => {
        this.#needsAttribute = true;
      },
    });
    this.#frames.add(frame);
    this.#frameOf.set(frame.element, frame);
    this.#near.observe(frame.element);
    request.signal?.addEventListener("abort", () => this.#close(frame), { once: true });
    return frame.element;
  }

  #close(frame: OutputFrame): void {
    this.#near.unobserve(frame.element);
    this.#frames.delete(frame);
    frame.close();
  }

  #openNear(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      this.#near.unobserve(target);
      this.#frameOf.get(target)?.open();
    }
  }

  #deliver(event: MessageEvent): void {
    if (!event.source) return;
    for (const frame of this.#frames) if (frame.window === event.source) frame.receive(event);
  }

  #library(name: keyof FrameLibraries): Promise<string> {
    const known = this.#libraryTexts.get(name);
    if (known) return known;
    const text = fetchText(this.#options.libraries[name]);
    // A failure is not kept: the next chart asks again.
    text.catch(() => this.#libraryTexts.delete(name));
    this.#libraryTexts.set(name, text);
    return text;
  }
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return response.text();
}
