/** One worker with Python prepared, kept for whoever needs a kernel next: a restart, or another notebook. */
import type { KernelError } from "./kernel.ts";
import { KernelLife, type LifeParts, type LifePlan } from "./kernel-life.ts";

export type SpareState = "none" | "preparing" | "ready";

export interface SpareKernelOptions {
  /** Whether there is memory to spare and starting costs no download, asked when one is about to be made. */
  isAllowed(): boolean;
  onState?(state: SpareState): void;
  /** Does the work once nothing has happened for a while, unless what it returns is called before. */
  whenQuiet?: (work: () => void) => () => void;
}

const QUIET_MILLISECONDS = 2000;

export class SpareKernel {
  private readonly options: SpareKernelOptions;
  private life: KernelLife | null = null;
  /** Begun before anybody knew which kernel is wanted. */
  private guess: KernelLife | null = null;
  private wish: { parts: LifeParts; plan: LifePlan } | null = null;
  private isQuiet = false;
  private cancel: () => void = () => undefined;
  private hasFailed = false;

  constructor(options: SpareKernelOptions) {
    this.options = options;
  }

  /** Prepare one at once, for a kernel that will most likely be asked for in a moment. */
  begin(parts: LifeParts, plan: LifePlan): void {
    this.guess = this.adopt(new KernelLife(parts, plan));
  }

  /** A kernel of this plan rests; the next one will be of the same. Once the page is idle, it is made. */
  want(parts: LifeParts, plan: LifePlan): void {
    this.wish = { parts, plan };
    this.isQuiet = true;
    this.resume();
  }

  /** A kernel works: it has the machine for itself. */
  wait(): void {
    this.isQuiet = false;
    this.cancel();
  }

  /** The spare, if it is of this plan; it is the caller's from now on. */
  take(plan: LifePlan): KernelLife | null {
    const { life } = this;
    const fits = life && !life.isOver && isSamePlan(life.plan, plan);
    // A wrong guess takes time and memory from the kernel that is wanted.
    if (life && life === this.guess && !fits) this.release();
    if (!fits) return null;
    this.become(null);
    return life;
  }

  /** End the spare; `resume` brings another. */
  release(): void {
    this.cancel();
    this.life?.end("The spare kernel is not needed.");
    this.become(null);
  }

  /** What is allowed may have changed: make the spare that is wished for, unless it is there. */
  resume(): void {
    this.cancel();
    if (!this.wish || !this.isQuiet) return;
    this.cancel = (this.options.whenQuiet ?? whenQuiet)(() => this.make());
  }

  /** End the spare if its environment has been built anew since. */
  async renew(): Promise<void> {
    const { life, wish } = this;
    if (!life?.environment || !wish) return;
    const now = await wish.parts.loader.describe(life.plan);
    if (this.life !== life || now.id === life.environment.id) return;
    this.release();
    this.resume();
  }

  private make(): void {
    const { wish } = this;
    if (!wish || !this.isQuiet || this.hasFailed || !this.options.isAllowed()) return;
    const { life: old } = this;
    if (old && !old.isOver && isSamePlan(old.plan, wish.plan)) return;
    if (old) this.release();
    const life = this.adopt(new KernelLife(wish.parts, wish.plan));
    life.prepared.catch((error: KernelError) => this.failed(life, error));
  }

  private adopt(life: KernelLife): KernelLife {
    this.become(life);
    life.prepared.then(
      () => this.life === life && this.options.onState?.("ready"),
      () => undefined,
    );
    return life;
  }

  private become(life: KernelLife | null): void {
    this.life = life;
    this.options.onState?.(life ? "preparing" : "none");
  }

  /** Most likely memory ran out; trying again would take it from the kernel that works. */
  private failed(life: KernelLife, error: KernelError): void {
    if (this.life !== life) return;
    this.become(null);
    this.hasFailed = true;
    console.warn(`No spare kernel is kept: ${error.message}`);
  }
}

function isSamePlan(a: LifePlan, b: LifePlan): boolean {
  return JSON.stringify(identity(a)) === JSON.stringify(identity(b));
}

/** What cannot be changed in a worker that has prepared Python. */
function identity({ environmentName, packages, settings }: LifePlan): unknown[] {
  const { use_snapshot = true, working_folder = "", environment_variables = {} } = settings;
  const variables = Object.entries(environment_variables).sort();
  return [environmentName, packages, use_snapshot, working_folder, variables];
}

function whenQuiet(work: () => void): () => void {
  const timer = setTimeout(() => {
    // Where the browser cannot tell, the quiet time has to do.
    if ("requestIdleCallback" in globalThis) requestIdleCallback(work);
    else work();
  }, QUIET_MILLISECONDS);
  return () => clearTimeout(timer);
}
