/** Registers the service worker and says when the notebook works without a network. */

export type OfflineState =
  | { kind: "unsupported"; reason: string }
  | { kind: "preparing" }
  | { kind: "ready" }
  /** `isFull`: the browser has no room for what was to be kept. */
  | { kind: "failed"; reason: string; isFull?: boolean };

/** What the service worker tells of its work. */
export type ServiceWorkerReport =
  | { kind: "kept"; failure: KeepFailure | null }
  | { kind: "install_failed"; failure: KeepFailure };

export interface KeepFailure {
  reason: string;
  isFull: boolean;
}

export interface OfflineListener {
  onState(state: OfflineState): void;
  /** A newer client waits; `apply` switches to it and reloads. */
  onUpdate(apply: () => void): void;
}

/** Paths below the page's base address. */
export interface OfflinePaths {
  /** Files of the store: their names hold their hash. */
  store: string[];
  /** Answers that may change; the newest one is kept. */
  answers: string[];
}

export interface Offline {
  /** Keep an environment, and the client's large extras, for use without a network. */
  keep(paths: OfflinePaths): void;
}

/** Registers `service-worker.js`; `signal` ends the listening. Never throws: offline use is an extra. */
export async function registerServiceWorker(
  listener: OfflineListener,
  signal?: AbortSignal,
): Promise<Offline> {
  const container = navigator.serviceWorker;
  if (!container) {
    const reason = "This browser offers no service worker here. Open the page over https or on localhost.";
    listener.onState({ kind: "unsupported", reason });
    return { keep: () => undefined };
  }
  listener.onState({ kind: "preparing" });
  let reloading = false;
  let keeping = 0;
  const hadController = container.controller !== null;
  const options = { signal };
  container.addEventListener(
    "controllerchange",
    () => {
      if (reloading) location.reload();
    },
    options,
  );
  container.addEventListener(
    "message",
    ({ data }: MessageEvent<ServiceWorkerReport | null>) => {
      if (data?.kind === "kept") keeping--;
      else if (data?.kind !== "install_failed" || hadController) return;
      if (data.failure) listener.onState({ kind: "failed", ...data.failure });
      else if (keeping === 0) listener.onState({ kind: "ready" });
    },
    options,
  );
  try {
    const registration = await container.register("service-worker.js", { updateViaCache: "none" });
    watchForUpdate(registration, hadController, (waiting) =>
      listener.onUpdate(() => {
        reloading = true;
        waiting.postMessage({ kind: "activate" });
      }),
    );
  } catch (error) {
    listener.onState({ kind: "failed", reason: String(error) });
  }
  return {
    keep: (paths) => {
      keeping++;
      listener.onState({ kind: "preparing" });
      container.ready.then(({ active }) => active?.postMessage({ kind: "keep", ...paths }));
    },
  };
}

function watchForUpdate(
  registration: ServiceWorkerRegistration,
  hadController: boolean,
  onWaiting: (worker: ServiceWorker) => void,
): void {
  if (registration.waiting && hadController) onWaiting(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker?.addEventListener("statechange", () => {
      if (worker.state === "installed" && registration.active && registration.active !== worker)
        onWaiting(worker);
    });
  });
}
