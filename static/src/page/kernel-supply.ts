/** What the kernels of this page are made from: links to workers, environments and their files, and a spare. */
import { INDEX_PATH, type KernelSettings } from "../contracts/generated.ts";
import { EnvironmentLoader } from "../kernel/environment-loader.ts";
import { kernelFrame } from "../kernel/frame.ts";
import type { EnvironmentSource, LifeParts } from "../kernel/kernel-life.ts";
import { openedAhead } from "../kernel/opened-ahead.ts";
import { SpareKernel } from "../kernel/spare-kernel.ts";
import { keptFiles, STORE_CACHE } from "../offline/store-cache.ts";
import { KeptEnvironments } from "../session/kept-environments.ts";
import type { SettingsStore } from "../session/settings.ts";
import { mayKeepSpare, tendSpare } from "../session/spare-policy.ts";

/** Not in the DOM library of TypeScript yet. */
declare global {
  interface Navigator {
    /** Gigabytes, rounded; only Chromium tells. */
    readonly deviceMemory?: number;
  }
}

export interface SupplyOptions {
  /** The page's base address; ends with a slash. */
  base: URL;
  /** Names the program of the kernel's worker. */
  kernelProgram: string;
  settings: SettingsStore;
  /** Whether the environment's files are known to be in this browser. */
  isKept(): boolean;
}

export interface KernelSupply {
  parts: LifeParts;
  loader: EnvironmentLoader;
  kept: KeptEnvironments;
  spare: SpareKernel;
  kernelSettings(): KernelSettings;
}

export function kernelSupply({ base, kernelProgram, settings, isKept }: SupplyOptions): KernelSupply {
  const loader = new EnvironmentLoader({ base: base.href, kept: keptFiles });
  const kept = new KeptEnvironments({
    base: base.href,
    openStore: () => caches.open(STORE_CACHE),
    openRecords: () => caches.open("kept-environments"),
    maker: kernelProgram,
    estimate: () => navigator.storage.estimate(),
  });
  /** A notebook's own environment, where this browser keeps one, or else the built one. */
  const environments: EnvironmentSource = {
    load: loader.load.bind(loader),
    loadAnew: loader.loadAnew.bind(loader),
    async describe({ environmentName, packages }, signal) {
      const built = await loader.describe(environmentName, signal);
      return (cannotKeep() ? null : await kept.find(built, packages)) ?? built;
    },
  };
  const spare = new SpareKernel({
    isAllowed: () =>
      mayKeepSpare({
        choice: settings.current.spareKernel,
        memoryGigabytes: navigator.deviceMemory,
        isKept: isKept(),
        isVisible: !document.hidden,
      }),
    onState: (state) => {
      document.documentElement.dataset["spareKernel"] = state;
    },
  });
  tendSpare(spare, settings);
  const frameUrl = new URL("frames/kernel.html", base).href;
  const waiting = document.querySelector<HTMLIFrameElement>("#kernel-frame");
  return {
    parts: { openLink: openedAhead(kernelFrame({ frameUrl, waiting })), loader: environments },
    loader,
    kept,
    spare,
    kernelSettings: () => ({
      auto_install: settings.current.autoInstall,
      index_url: `${base}${INDEX_PATH}/`,
    }),
  };
}

/** Why a kernel's memory cannot be saved here; null when it can. */
export function cannotKeep(): string | null {
  if (!("Suspending" in WebAssembly))
    return "This browser cannot save Python's memory (it has no WebAssembly stack switching). Chrome, Edge and other browsers of their family can.";
  return "caches" in globalThis ? null : "This browser lets the page store nothing.";
}
