/** The output frame's only script: shows what the page sends, tells its height, and reaches nothing else. */
import { FRAME_CONTENT_SECURITY_POLICY } from "../../contracts/generated.ts";
import type { FrameContent, FrameTheme } from "./frame-messages.ts";
import { createNotices, showError } from "./notices.ts";
import { listenToPage, tellPage } from "./page-link.ts";
import { type FrameModel, showAnywidget } from "./show-anywidget.ts";
import { runLibrary, showPlotly, showVega } from "./show-chart.ts";
import { showHtml } from "./show-html.ts";

// The response's header says the same; where a host dropped it, this still closes the network.
const policy = document.createElement("meta");
policy.httpEquiv = "Content-Security-Policy";
policy.content = FRAME_CONTENT_SECURITY_POLICY.replace(/sandbox[^;]*;\s*/, "");
document.head.append(policy);
// Peer connections are the one way out that a Content-Security-Policy does not cover.
for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection"]) Reflect.deleteProperty(globalThis, name);

const container = document.createElement("div");
container.id = "output";
const notices = createNotices();
document.body.append(container, notices);

let model: FrameModel | null = null;
let isShown = false;

function wear({ scheme, variables }: FrameTheme): void {
  const { style, dataset } = document.documentElement;
  for (const [name, value] of Object.entries(variables)) style.setProperty(name, value);
  style.colorScheme = scheme;
  dataset["theme"] = scheme;
}

async function show(content: FrameContent): Promise<void> {
  switch (content.type) {
    case "html":
      if (content.library) runLibrary(content.library);
      return showHtml(container, content.html, (error) => showError(notices, error));
    case "javascript":
      // Jupyter gives such code the element that it may draw into.
      return void (await new Function("element", `return (async () => {${content.source}\n})()`)(container));
    case "plotly":
      return showPlotly(container, content.spec, content.library);
    case "vega":
      return showVega(container, content.spec, content.library);
    case "anywidget":
      model = await showAnywidget(container, content);
  }
}

let lastHeight = -1;
function tellHeight(): void {
  const height = Math.ceil(Math.max(document.body.getBoundingClientRect().height, container.scrollHeight));
  if (height === lastHeight) return;
  lastHeight = height;
  tellPage({ kind: "size", height });
}

listenToPage((message) => {
  if (message.kind === "theme") return wear(message.theme);
  if (message.kind === "model") return model?.receive(message.change);
  if (isShown) return;
  isShown = true;
  wear(message.theme);
  document.title = message.title;
  show(message.content)
    .catch((error) => showError(notices, error))
    .finally(() => {
      const sizes = new ResizeObserver(tellHeight);
      sizes.observe(document.body);
      sizes.observe(container);
      tellHeight();
    });
});

tellPage({ kind: "hello" });
