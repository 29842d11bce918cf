/** Puts the page together: storage, kernels, renderers, the page's element, and offline use. */
import { decode } from "./contracts/codec.ts";
import {
  type Capability,
  ENVIRONMENTS_PATH,
  type Environment,
  EnvironmentList,
} from "./contracts/generated.ts";
import { NotebookApp } from "./elements/notebook-app.ts";
import { noticeOf } from "./elements/notice-of-error.ts";
import { loadNotebookSheet } from "./elements/style-sheets.ts";
import { OutputFrames } from "./outputs/frames.ts";
import { beginNotebook } from "./page/begin-notebook.ts";
import { openDatabase } from "./page/open-database.ts";
import { can } from "./session/capabilities.ts";
import { NotebookLibrary } from "./session/library.ts";
import { askedEnvironment, assets, base, offline, settings, shown, storage, supply } from "./start.ts";

/** Not in the DOM library of TypeScript yet. */
declare global {
  interface Window {
    launchQueue?: { setConsumer(take: (launch: { files: readonly FileSystemFileHandle[] }) => void): void };
  }
}

const assetUrl = (path: string) => new URL(path, base).href;
const frames = new OutputFrames({
  frameUrl: assetUrl("frames/output.html"),
  libraries: { plotly: assetUrl(assets.plotly), vega: assetUrl(assets.vega) },
});
/** What the relay says it can do; nothing where there is none. */
let relayCapabilities: readonly Capability[] = [];
const loadGateway = () => import("./session/gateway.ts");
const loadSharing = () => import("./sharing/entry.ts");
/** What a notebook without a choice gets, once that is known; before, the kernel finds out when it starts. */
let firstEnvironment: string | null = null;
const firstStart = Promise.withResolvers<void>();

try {
  // Without its style sheet a notebook is plain to look at, and works.
  const [{ database, failure }] = await Promise.all([
    openDatabase(),
    loadNotebookSheet().catch(console.warn),
  ]);
  const library = new NotebookLibrary(database, storage);
  const app = new NotebookApp({
    library,
    settings,
    base,
    environments: async () => {
      const offered = await listEnvironments();
      firstEnvironment = offered[0]?.name ?? null;
      return offered.map(({ name, title }) => ({ name, title }));
    },
    canShare: () => can("rooms", relayCapabilities),
    joinRoom: async (id) => (await loadSharing()).joinRoom(id, { library, base }),
    startSharing: async (page) =>
      (await loadSharing()).startSharing(page, {
        library,
        base,
        storage,
        show: (stored) => app.show(stored),
      }),
    startDatabases: async (page) => (await import("./databases/entry.ts")).startDatabases(page, base),
    begin: (stored) =>
      beginNotebook(stored, {
        base,
        storage,
        database,
        frames,
        supply,
        askedEnvironment,
        loadGateway: async (documentId) =>
          can("gateway", relayCapabilities)
            ? new (await loadGateway()).RelayGateway({ base, documentId })
            : null,
        defaultEnvironment: () => settings.current.defaultEnvironment ?? firstEnvironment,
        onStartOver: firstStart.resolve,
        onStarted: (...started) => offline.keep(app, ...started),
      }),
    exportHtml: async (open) => {
      const { exportHtml } = await import("./elements/export-html.ts");
      return exportHtml(open.session.notebook, open.session.blobs);
    },
  });
  document.body.append(app);
  shown.resolve(app);
  if (failure) app.notify(failure);
  // Some browsers ask the person first, so nothing waits for the answer.
  else navigator.storage?.persist?.().catch(console.warn);
  takeLaunchedFiles(app);
  // Never rejects; nothing waits for it.
  void goOffline(app);
} catch (error) {
  const notice = noticeOf(error);
  document.body.textContent = notice ? `${notice.message} ${notice.hint}` : "";
}

/** On a first visit what the service worker keeps would share the line with Python's start. */
async function goOffline(app: NotebookApp): Promise<void> {
  if (!navigator.serviceWorker?.controller && location.hash !== "#home") await firstStart.promise;
  await offline.begin(app, () => supply.spare.resume());
}

/** The installed app is a handler of .ipynb files. */
function takeLaunchedFiles(app: NotebookApp): void {
  window.launchQueue?.setConsumer(async ({ files }) => {
    if (files.length > 0) app.openFiles(await Promise.all(files.map((file) => file.getFile())));
  });
}

async function listEnvironments(): Promise<Environment[]> {
  const response = await fetch(new URL(ENVIRONMENTS_PATH, base), { cache: "no-cache" });
  if (!response.ok) return [];
  const { environments, capabilities } = decode(await response.json(), EnvironmentList);
  relayCapabilities = capabilities ?? [];
  return environments;
}
