// In every measured page, ours and the control: press Run as soon as there is a cell, and note on
// the page's own clock when what was awaited is on the screen.
(() => {
  const inNotebook = (selector) =>
    document.querySelector("notebook-view")?.shadowRoot?.querySelectorAll(selector) ?? [];
  const outputOf = (index) => inNotebook("notebook-cell")[index]?.querySelector(".cell-outputs");
  const plainOutput = () => document.querySelector("#output");

  /** A hang is told, with the condition that never came true. */
  const PATIENCE_MS = 60_000;

  const until = (condition) =>
    new Promise((resolve, reject) => {
      // A timer of its own: a page that draws no more frames hangs too.
      setTimeout(() => reject(new Error(`never came true: ${condition}`)), PATIENCE_MS);
      const look = () => {
        const value = condition();
        if (value) resolve(value);
        else requestAnimationFrame(look);
      };
      look();
    });

  const shows = (element, text) => element?.textContent.includes(text) ?? false;

  /** The next change of `element` after which `holds()`; its time, and that of the frame that shows it. */
  const changed = (element, holds) =>
    new Promise((resolve) => {
      const observer = new MutationObserver(() => {
        if (!holds()) return;
        observer.disconnect();
        const written = performance.now();
        requestAnimationFrame(() => resolve({ written, shown: performance.now() }));
      });
      observer.observe(element, { childList: true, characterData: true, subtree: true });
    });

  /** Stalls of the main thread, as gaps between frames and as the browser's own long tasks. */
  function watchStalls() {
    const gaps = [];
    const tasks = [];
    const observer = new PerformanceObserver((list) =>
      tasks.push(...list.getEntries().map((entry) => entry.duration)),
    );
    observer.observe({ type: "longtask" });
    let last = performance.now();
    let watching = true;
    const frame = (now) => {
      gaps.push(now - last);
      last = now;
      if (watching) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    return () => {
      watching = false;
      observer.disconnect();
      return { longestTask: Math.max(0, ...tasks), longestGap: Math.max(0, ...gaps) };
    };
  }

  /** When the kernel's frame was there, and when the output was: stages that the kernel does not see. */
  const ofPage = {};
  window.addEventListener("message", ({ data }) => {
    if (data?.kind === "hello") ofPage["page: until the kernel's frame"] ??= performance.now() / 1000;
  });

  const bench = {
    async firstOutput({ plain, text, code, packages }) {
      if (plain) {
        await until(() => window.run);
        const pressed = performance.now();
        window.run(code, packages);
        await until(() => shows(plainOutput(), text));
        return { pressed, shown: performance.now() };
      }
      const [button] = await until(() => inNotebook(".cell-run").length && inNotebook(".cell-run"));
      const pressed = performance.now();
      button.click();
      await until(() => shows(outputOf(0), text));
      const shown = performance.now();
      ofPage["page: until Run can be pressed"] = pressed / 1000;
      ofPage["page: until the output"] = shown / 1000;
      return { pressed, shown };
    },

    /** From the next key press to the output of the cell at `index`. */
    roundTrip(index, text) {
      const { promise: pressed, resolve } = Promise.withResolvers();
      window.addEventListener("keydown", () => resolve(performance.now()), { capture: true, once: true });
      const times = changed(inNotebook("notebook-cell")[index], () => shows(outputOf(index), text));
      return async () => {
        const [from, { written, shown }] = await Promise.all([pressed, times]);
        return { written: written - from, shown: shown - from };
      };
    },

    /** From the next key press to the frame that shows the names which it may begin. */
    completion() {
      const { promise: pressed, resolve } = Promise.withResolvers();
      const key = ({ timeStamp }) => resolve(timeStamp);
      window.addEventListener("keydown", key, { capture: true, once: true });
      const root = document.querySelector("notebook-view").shadowRoot;
      const times = changed(root, () => inNotebook(".nb-completions [role=option]").length > 0);
      return async () => {
        const late = new Promise((_, reject) =>
          setTimeout(() => reject(new Error("no completion was listed")), PATIENCE_MS),
        );
        const [from, { shown }] = await Promise.race([Promise.all([pressed, times]), late]);
        return shown - from;
      };
    },

    async plainRoundTrip(code) {
      const from = performance.now();
      const output = plainOutput();
      output.textContent = "";
      const times = changed(output, () => output.textContent !== "");
      void window.run(code).then(({ value }) => output.append(value));
      const { written, shown } = await times;
      return { written: written - from, shown: shown - from };
    },

    /** Run the cell at `index` (or plain `code`) until it has ended and `text` is on the screen. */
    async longOutput({ index, text, code }) {
      const cell = inNotebook("notebook-cell")[index];
      const stalls = watchStalls();
      const from = performance.now();
      if (cell) {
        cell.querySelector(".cell-run").click();
        await until(() => cell.dataset.state === "running");
        await until(() => cell.dataset.state !== "running");
        await until(() => shows(outputOf(index), text));
      } else {
        await window.run(code);
        await until(() => shows(plainOutput(), text));
      }
      return { seconds: (performance.now() - from) / 1000, ...stalls() };
    },

    async interrupt(index) {
      const cell = inNotebook("notebook-cell")[index];
      cell.querySelector(".cell-run").click();
      await until(() => cell.dataset.state === "running");
      await new Promise((resolve) => setTimeout(resolve, 300));
      const from = performance.now();
      document.querySelector("notebook-page").controller.session.stop();
      await until(() => shows(outputOf(index), "KeyboardInterrupt"));
      const seconds = (performance.now() - from) / 1000;
      // A cell that is run before this one has ended would be given up together with it.
      await until(() => cell.dataset.state === "interrupted");
      return seconds;
    },

    startTimings: () => ({
      ...ofPage,
      ...document.querySelector("notebook-page").controller.session.kernel.timings,
    }),
    startNote: () => document.querySelector("notebook-page").controller.session.kernel.note,
  };
  const { promise: kept, resolve: tellKept } = Promise.withResolvers();
  navigator.serviceWorker?.addEventListener("message", ({ data }) => data?.kind === "kept" && tellKept(data));
  bench.kept = kept;
  window.bench = bench;
  if (window.benchWork && window.top === window) window.benchResult = bench.firstOutput(window.benchWork);
})();
