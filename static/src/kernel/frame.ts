/** Opens the hidden kernel frame, which brings its worker, and checks that its origin is opaque before anything goes in. */
import type { PageToWorker } from "../contracts/generated.ts";
import { FRAME_PROTOCOL, type FrameToPage, type PageToFrame } from "./frame/frame-messages.ts";
import { KernelError } from "./kernel.ts";
import type { KernelLink, LinkListener, OpenKernelLink } from "./kernel-link.ts";
import { isAnswer } from "./mailbox.ts";

export interface KernelFrameOptions {
  /** Where `frames/kernel.html` is. */
  frameUrl: string;
  /** One that the page holds from its beginning; the first who asks gets it. */
  waiting?: HTMLIFrameElement | null;
}

const HELLO_TIMEOUT_MILLISECONDS = 10_000;

interface OpenFrame {
  element: HTMLIFrameElement;
  origin: string;
  isolated: boolean;
  takesAnswers: boolean;
  /** The worker's. */
  port: MessagePort;
}

export function kernelFrame({ frameUrl, waiting = null }: KernelFrameOptions): OpenKernelLink {
  let atHand = waiting;
  return async (listener, signal) => {
    const first = atHand ?? newFrame(frameUrl);
    atHand = null;
    return connect(await openOpaqueFrame(first, frameUrl, signal), listener);
  };
}

/** The header makes the frame opaque where it is sent; the attribute does so everywhere, but not offline. */
async function openOpaqueFrame(
  first: HTMLIFrameElement,
  frameUrl: string,
  signal: AbortSignal,
): Promise<OpenFrame> {
  const byHeader = await openFrame(first, signal);
  if (byHeader.origin === "null") return byHeader;
  byHeader.element.remove();
  const sandboxed = newFrame(frameUrl);
  sandboxed.setAttribute("sandbox", "allow-scripts");
  const byAttribute = await openFrame(sandboxed, signal);
  if (byAttribute.origin === "null") return byAttribute;
  byAttribute.element.remove();
  throw startFailed("This browser does not isolate the kernel's frame, so no code is run in it.");
}

/** As `index.html` has it. */
function newFrame(frameUrl: string): HTMLIFrameElement {
  const element = document.createElement("iframe");
  element.title = "Python kernel";
  element.setAttribute("aria-hidden", "true");
  element.tabIndex = -1;
  // Not `display: none`: browsers throttle frames that are not laid out.
  element.style.cssText = "position:absolute;width:0;height:0;border:0;visibility:hidden";
  element.allow = "cross-origin-isolated *";
  element.src = frameUrl;
  return element;
}

function openFrame(element: HTMLIFrameElement, signal: AbortSignal): Promise<OpenFrame> {
  return new Promise((resolve, reject) => {
    const done = new AbortController();
    const give = (error: unknown): void => {
      done.abort();
      element.remove();
      reject(error);
    };
    const timer = setTimeout(
      () =>
        give(startFailed("The kernel's frame did not load.", "Check the connection and reload the page.")),
      HELLO_TIMEOUT_MILLISECONDS,
    );
    done.signal.addEventListener("abort", () => clearTimeout(timer));
    signal.addEventListener("abort", () => give(signal.reason), { signal: done.signal });
    window.addEventListener(
      "message",
      (event: MessageEvent<FrameToPage>) => {
        const [port] = event.ports;
        if (!isFromFrame(event, element) || event.data.kind !== "hello" || !port) return;
        done.abort();
        const { isolated, takesAnswers } = event.data;
        resolve({
          element,
          origin: event.origin,
          isolated: isolated === true,
          takesAnswers: takesAnswers === true,
          port,
        });
      },
      { signal: done.signal },
    );
    if (!element.isConnected) {
      document.body.append(element);
      return;
    }
    // Whether it is there already or still on its way: one of the two reaches it.
    greet(element);
    element.addEventListener("load", () => greet(element), { signal: done.signal });
  });
}

function greet({ contentWindow }: HTMLIFrameElement): void {
  const message: PageToFrame = { protocol: FRAME_PROTOCOL, kind: "greet" };
  contentWindow?.postMessage(message, "*");
}

function connect(frame: OpenFrame, listener: LinkListener): KernelLink {
  const { element, port } = frame;
  const closed = new AbortController();
  const tellFrame = (message: PageToFrame): void => {
    // An opaque origin has no name to address; the frame was checked, and cannot navigate away.
    element.contentWindow?.postMessage(message, "*");
  };
  window.addEventListener(
    "message",
    (event: MessageEvent<FrameToPage>) => {
      if (!isFromFrame(event, element) || event.data.kind !== "worker_failed") return;
      listener.onFailure(String(event.data.message));
    },
    { signal: closed.signal },
  );
  port.onmessage = (event) => listener.onMessage(event.data);
  port.onmessageerror = () => listener.onFailure("a message from the kernel could not be read");
  return {
    isolated: frame.isolated,
    post(message: PageToWorker, transfer = []) {
      const file = fileOf(message);
      if (file) tellFrame({ protocol: FRAME_PROTOCOL, kind: "file", ...file });
      if (frame.takesAnswers && isAnswer(message))
        tellFrame({ protocol: FRAME_PROTOCOL, kind: "answer", answer: message });
      else port.postMessage(message, transfer);
    },
    prove: (sha256, file) => tellFrame({ protocol: FRAME_PROTOCOL, kind: "prove", sha256, file }),
    interrupt: () => tellFrame({ protocol: FRAME_PROTOCOL, kind: "interrupt" }),
    close() {
      closed.abort();
      port.close();
      element.remove();
    },
  };
}

/** What a worker that is asleep may be waiting for: its frame gets it too, which costs no copy. */
function fileOf(message: PageToWorker): { sha256: string; file: Blob | null } | null {
  const { kind } = message;
  if (kind === "refuse_asset") return { sha256: message.sha256, file: null };
  if (kind !== "provide_asset" || !(message.body instanceof Blob)) return null;
  return { sha256: message.sha256, file: message.body };
}

function isFromFrame(event: MessageEvent, frame: HTMLIFrameElement): boolean {
  return (
    event.source !== null && event.source === frame.contentWindow && event.data?.protocol === FRAME_PROTOCOL
  );
}

function startFailed(message: string, hint = "Reload the page."): KernelError {
  return new KernelError({ code: "kernel_start_failed", message, hint });
}
