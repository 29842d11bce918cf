/**
 * The first script of the page: opens the kernel's frame, and begins the kernel that will most likely be wanted,
 * while the notebook's own scripts are still read and its document is looked up.
 */
import type { NotebookApp } from "./elements/notebook-app.ts";
import { kernelSupply } from "./page/kernel-supply.ts";
import { readLastStart } from "./page/last-start.ts";
import { localStorageOrNull } from "./page/local-storage.ts";
import { OfflineUse } from "./page/offline-use.ts";
import { pageAssets, pageBase } from "./page/page-assets.ts";
import type { KeptEnvironment } from "./session/kept-environments.ts";
import { SettingsStore } from "./session/settings.ts";

export const base = pageBase();
export const assets = pageAssets();
export const storage = localStorageOrNull();
export const settings = new SettingsStore(storage);
export const askedEnvironment = new URLSearchParams(location.search).get("env");
/** The page's element, once it is there: a kernel may have something to say before. */
export const shown = Promise.withResolvers<NotebookApp>();
export const supply = kernelSupply({
  base,
  kernelProgram: assets.kernelProgram,
  settings,
  isKept: () => offline.isReady,
});
export const offline = new OfflineUse(supply.loader);

supply.kept.addEventListener("lost", (event) => {
  const { packages } = (event as CustomEvent<KeptEnvironment>).detail;
  const message = `What this browser kept of ${packages.join(", ")} is not whole any more.`;
  const hint = "The packages are installed in the usual way; keep them again.";
  shown.promise.then((app) => app.notify({ level: "warning", message, hint })).catch(console.error);
});

if (location.hash !== "#home") {
  // The next notebook will most likely want what the last one wanted.
  const lastStart = readLastStart(storage, askedEnvironment);
  if (lastStart) supply.spare.begin(supply.parts, { ...lastStart, settings: supply.kernelSettings() });
  else preload(assets.runtime);
}

/** On a first visit: whichever environment the notebook names, these files are on their way meanwhile. */
function preload(paths: string[]): void {
  for (const href of paths) {
    // A kernel fetches them with the same mode, and so takes what was preloaded.
    const link = { rel: "preload", as: "fetch", crossOrigin: "anonymous", href };
    document.head.append(Object.assign(document.createElement("link"), link));
  }
}
