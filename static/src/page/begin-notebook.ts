/** Puts an opened notebook together: its kernel, network, files, outputs and packages. */
import { INDEX_FILES_PATH, INDEX_PATH, SNAPSHOT_REFUSALS_PATH, STORE_PATH } from "../contracts/generated.ts";
import type { OpenNotebook } from "../elements/open-notebook.ts";
import { OutputRendering } from "../elements/output-rendering.ts";
import { BrowserKernel } from "../kernel/browser-kernel.ts";
import { KernelError } from "../kernel/kernel.ts";
import { makeSnapshot } from "../kernel/make-snapshot.ts";
import type { OutputFrames } from "../outputs/frames.ts";
import type { Database } from "../session/database.ts";
import { WorkingFolder } from "../session/files.ts";
import type { Gateway } from "../session/http.ts";
import type { KeptEnvironment } from "../session/kept-environments.ts";
import { NetworkGate, NetworkGrants } from "../session/network-gate.ts";
import { ownUser } from "../session/own-user.ts";
import { PackageKeeper } from "../session/package-keeper.ts";
import { PagePresence } from "../session/page-presence.ts";
import { NotebookSession } from "../session/session.ts";
import type { TextStorage } from "../session/settings.ts";
import type { StoredNotebook } from "../session/stored-notebook.ts";
import { TabPresence } from "../session/tab-presence.ts";
import { cannotKeep, type KernelSupply } from "./kernel-supply.ts";
import { writeLastStart } from "./last-start.ts";

export interface NotebookParts {
  /** The page's base address; ends with a slash. */
  base: URL;
  storage: TextStorage | null;
  database: Database;
  frames: OutputFrames;
  supply: KernelSupply;
  /** For the notebook `documentId`, or one of the person's own; null where no relay has one. */
  loadGateway(documentId: () => string | null): Promise<Gateway | null>;
  /** The environment of a notebook that chooses none; null while nobody knows. */
  defaultEnvironment(): string | null;
  /** The one that the page's address asks for; it goes before the notebook's choice. */
  askedEnvironment: string | null;
  /** The first start is over, whether a kernel came of it or not. */
  onStartOver(): void;
  /** The notebook's first kernel is ready. */
  onStarted(environmentName: string | null, restored: boolean): Promise<void>;
}

export function beginNotebook(stored: StoredNotebook, parts: NotebookParts): OpenNotebook {
  const { notebook } = stored;
  const { base, storage, database, supply } = parts;
  const { kept, loader } = supply;
  const environmentName = () => parts.askedEnvironment ?? notebook.environment ?? parts.defaultEnvironment();
  const folder = new WorkingFolder(database, notebook.id);
  const network = new NetworkGate(
    {
      appOrigin: location.origin,
      readablePrefixes: [INDEX_PATH, INDEX_FILES_PATH, STORE_PATH].map((path) => `${base}${path}/`),
    },
    new NetworkGrants(storage, notebook.id),
  );
  const documentId = () => (stored.isShared ? notebook.id : null);
  const loadHttp = () => import("../session/http-requests.ts");
  let gateway: Gateway | null = null;
  const loadGateway = async () => {
    gateway ??= await parts.loadGateway(documentId);
    return gateway;
  };
  const kernel = new BrowserKernel({
    ...supply.parts,
    environmentName,
    packages: () => notebook.packages,
    spare: supply.spare,
    settings: supply.kernelSettings,
    openHttp: async () =>
      new (await loadHttp()).HttpRequests({ gate: network, loadGateway, base, documentId }),
    openQueries: async () => {
      const { Queries } = await import("../data/queries.ts");
      return new Queries({ base, documentId, mayQuery: network.checkQuery.bind(network) });
    },
    onFileChanged: (path, body) => {
      folder.take({ path, body }).catch(console.error);
    },
  });
  const tabs = new TabPresence(notebook.id, ownUser(storage));
  const presence = new PagePresence(tabs, stored.isShared);
  const session = new NotebookSession({
    notebook,
    kernel,
    network,
    save: stored,
    blobs: stored.blobs,
    files: folder,
    presence,
    runtime: { id: crypto.randomUUID(), kind: "browser", user_id: presence.user.id, name: "" },
  });
  let isClosed = false;
  // The cells come first: the kernel warms up once they are on the screen. Nothing runs by this.
  requestAnimationFrame(() =>
    setTimeout(() => {
      // Another's kernel runs the cells; this page's comes when it is wanted, and never once it was left.
      if (isClosed || session.hostElsewhere) {
        parts.onStartOver();
        return;
      }
      // Whoever asks the kernel for something hears of a failure.
      kernel.start().then(
        () => {
          parts.onStartOver();
          writeLastStart(storage, { environmentName: environmentName(), packages: notebook.packages });
          if (kernel.note) countRefusal(base, environmentName());
          return parts.onStarted(environmentName(), kernel.restored);
        },
        () => parts.onStartOver(),
      );
    }, 0),
  );
  const rendering = new OutputRendering(session, parts.frames);
  const keeper = new PackageKeeper({
    notebook,
    kernel,
    kept,
    describeBase: () => loader.describe(environmentName()),
    fetchWheel: async (request) => (await loadHttp()).answerHttp(request, network),
    makeSnapshot: (...made) => makeSnapshot(supply.parts, ...made),
  });
  const keeping = {
    keeper,
    kept,
    cannot: cannotKeep(),
    isCurrent: (own: KeptEnvironment) => isCurrent(own, supply),
  };
  const close = async () => {
    isClosed = true;
    rendering.close();
    session.close();
    tabs.close();
    await stored.close();
  };
  return { id: notebook.id, stored, session, presence, folder, network, rendering, keeping, close };
}

/** The relay counts how often a snapshot could not be used; where there is none, nobody does. */
function countRefusal(base: URL, environmentName: string | null): void {
  if (environmentName === null) return;
  const address = new URL(`${SNAPSHOT_REFUSALS_PATH}/${encodeURIComponent(environmentName)}`, base);
  fetch(address, { method: "POST", keepalive: true }).catch(() => undefined);
}

async function isCurrent(own: KeptEnvironment, { kept, loader }: KernelSupply): Promise<boolean> {
  try {
    return kept.isCurrent(own, await loader.describe(own.base.name));
  } catch (error) {
    // An environment that is not offered any more.
    if (error instanceof KernelError) return false;
    throw error;
  }
}
