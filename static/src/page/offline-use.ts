/** Offline use of this page: the service worker's state as the page shows it, and what it is to keep. */
import { ENVIRONMENTS_PATH, STORE_PATH, type StoredFile } from "../contracts/generated.ts";
import type { NotebookApp } from "../elements/notebook-app.ts";
import { filesToStart } from "../kernel/environment-files.ts";
import type { EnvironmentLoader } from "../kernel/environment-loader.ts";
import { type Offline, type OfflineState, registerServiceWorker } from "../offline/register.ts";
import type { Notice } from "../session/notice.ts";

export class OfflineUse {
  private readonly loader: Pick<EnvironmentLoader, "describe">;
  private readonly registered = Promise.withResolvers<Offline>();
  private state: OfflineState["kind"] | null = null;

  constructor(loader: Pick<EnvironmentLoader, "describe">) {
    this.loader = loader;
  }

  /** Whether everything that a start needs is in this browser. */
  get isReady(): boolean {
    return this.state === "ready";
  }

  /** Registers the service worker, and tells `app` how far it is; `onChange` hears of every step. */
  async begin(app: NotebookApp, onChange: () => void): Promise<void> {
    const offline = await registerServiceWorker({
      onState: (state) => {
        this.become(app, state);
        onChange();
        if (state.kind === "failed") app.notify(noticeOf(state));
      },
      onUpdate: async (apply) => {
        await app.whenQuiet();
        const notice = {
          level: "info",
          message: "A new version is ready.",
          hint: "Reloading keeps your notebook; variables are lost.",
        } as const;
        app.notify({ ...notice, topic: "update" }, { words: "Reload", act: apply });
      },
    });
    this.registered.resolve(offline);
  }

  /** Lets the service worker keep what a kernel of this environment was started from. */
  async keep(app: NotebookApp, environmentName: string | null, restored: boolean): Promise<void> {
    const offline = await this.registered.promise;
    // Cells that were run while Python started have the machine first.
    await app.whenQuiet();
    try {
      const environment = await this.loader.describe(environmentName);
      offline.keep({
        store: filesToStart(environment, restored).map(storePath),
        answers: [ENVIRONMENTS_PATH, `environments/${environment.name}.json`],
      });
    } catch (error) {
      // The kernel tells what this means for running; the page itself is there.
      console.warn(error);
      const reason = error instanceof Error ? error.message : String(error);
      this.become(app, { kind: "failed", reason });
    }
  }

  private become(app: NotebookApp, state: OfflineState): void {
    app.offline = state;
    this.state = state.kind;
  }
}

function noticeOf({ reason, isFull }: Extract<OfflineState, { kind: "failed" }>): Notice {
  const topic = "offline";
  if (isFull)
    return {
      level: "warning",
      message: "This browser has no room left to keep Python for the next visit and for offline use.",
      hint: "Cells run all the same; each visit fetches Python again. Remove kept packages, or notebooks and files that you no longer need, or free space on this device; then reload.",
      topic,
    };
  return {
    level: "warning",
    message: `The notebook cannot be kept for offline use: ${reason}`,
    hint: "It works as long as there is a connection.",
    topic,
  };
}

function storePath({ sha256, name }: StoredFile): string {
  return `${STORE_PATH}/${sha256}/${encodeURIComponent(name)}`;
}
