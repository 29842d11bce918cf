/** Widgets: our own views of the usual controls, a frame for anywidget modules, and words for the rest. */
import { textOf } from "../mime.ts";
import { widgetModelsOf } from "../widgets/models.ts";
import type { Renderer } from "./renderer.ts";
import { renderText } from "./text.ts";

export const renderWidget: Renderer = (part, context) => {
  const id = part.value;
  const modelId = typeof id === "object" && id !== null && !Array.isArray(id) ? id["model_id"] : null;
  const model =
    context.comm && typeof modelId === "string" ? widgetModelsOf(context.comm).get(modelId) : undefined;
  const element = document.createElement("div");
  if (model) {
    import("../widgets/view.ts").then(
      ({ widgetView }) => element.replaceChildren(widgetView(model, context)),
      (cause) => element.replaceChildren(noticeOf(`The controls could not be loaded (${cause}).`)),
    );
    return element;
  }
  const plain = textOf(part.data["text/plain"]);
  if (plain) element.append(renderText({ ...part, value: plain }, context));
  element.append(noticeOf("This widget is not running: run its cell to use it."));
  return element;
};

function noticeOf(words: string): HTMLElement {
  const notice = document.createElement("div");
  notice.className = "nb-notice";
  notice.textContent = words;
  return notice;
}
