/** HTML as a page would show it: markup first, then its scripts one after the other. */

export async function showHtml(
  container: HTMLElement,
  html: string,
  report: (error: unknown) => void,
): Promise<void> {
  container.innerHTML = html;
  keepWritesInside(container);
  for (const dormant of [...container.querySelectorAll("script")]) {
    if (!dormant.isConnected || !isJavaScript(dormant.type)) continue;
    try {
      await wake(dormant);
    } catch (error) {
      report(error);
    }
  }
  document.dispatchEvent(new Event("DOMContentLoaded"));
  window.dispatchEvent(new Event("load"));
}

/** A script element that came by innerHTML never runs; a new one with the same attributes and text does. */
function wake(dormant: HTMLScriptElement): Promise<void> {
  const script = document.createElement("script");
  for (const { name, value } of dormant.attributes) script.setAttribute(name, value);
  script.textContent = dormant.textContent;
  script.async = false;
  const done = new Promise<void>((resolve) => {
    if (!script.src) return resolve();
    // A blocked script is told of by the policy's own event.
    script.addEventListener("load", () => resolve());
    script.addEventListener("error", () => resolve());
  });
  dormant.replaceWith(script);
  return done;
}

function isJavaScript(type: string): boolean {
  return ["", "module", "text/javascript", "application/javascript", "text/ecmascript"].includes(
    type.toLowerCase(),
  );
}

/** `document.write` after loading would throw away the whole frame, this script with it. */
function keepWritesInside(container: HTMLElement): void {
  document.write = (...parts: unknown[]) =>
    container.insertAdjacentHTML("beforeend", parts.map(String).join(""));
  document.writeln = document.write;
}
