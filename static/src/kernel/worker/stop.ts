/** Carries Stop into Python by the best channel there is: shared memory, a periodic tick, or none while it computes. */
import { CONTROL } from "../mailbox.ts";

export type InterruptMode = "shared_buffer" | "tick" | "none";

const SIGINT = 2;
/** Python's handler for it (kernel/ in Python) suspends for one turn of the event loop. */
const SIGALRM = 14;
const NOTHING = 0;
/** Costs nothing measurable at 50 ms; a turn is about half a millisecond. */
const TICK_PERIOD_MILLISECONDS = 50;
const REARM_MILLISECONDS = 30;

/** Ends blocking waits and cancels a pending await; false when there was nothing of the kind. */
type InterruptPython = () => boolean;

export class Stop {
  readonly mode: InterruptMode;
  private readonly shared: Int32Array | null;
  private interruptPython: InterruptPython = () => false;
  private resolveTick: ((signal: number) => void) | null = null;
  private readonly afterTick: (() => void)[] = [];
  private lastTick = performance.now();
  private running = false;
  private awaited = 0;
  /** A signal for the next bytecode. */
  private armed = false;
  private pressedDuringTick = false;
  /** A tick is over for us before Python goes on from it; its next poll, or this time, shows that it does. */
  private resumesBefore = 0;

  /** `shared`: CONTROL's slots; `signal` is set by whoever may stop us. null where memory cannot be shared. */
  constructor(shared: Int32Array | null, canSuspend: boolean) {
    this.shared = shared;
    this.mode = shared ? "shared_buffer" : canSuspend ? "tick" : "none";
  }

  connect(interruptPython: InterruptPython): void {
    this.interruptPython = interruptPython;
  }

  /** What Pyodide polls between bytecodes, in place of a typed array. */
  get buffer(): { [index: number]: number } {
    const poll = () => this.poll();
    return {
      get 0() {
        return poll();
      },
      // Pyodide writes 0 after each read; `poll` has taken the signal already, atomically.
      set 0(_value: number) {},
    };
  }

  /** Whether a tick is under way, in which nothing may enter Python. */
  get ticking(): boolean {
    return this.resolveTick !== null || performance.now() < this.resumesBefore;
  }

  /** Take the signal out of turn, as a wait does that blocks the worker; whether there was one. */
  take(): boolean {
    return this.poll() === SIGINT;
  }

  /** Stop was asked for; called on the event loop, so Python is idle, suspended, or in a tick. */
  press(): void {
    // In shared memory the signal comes first; found taken, it was Python's own poll that took it.
    if (this.shared && Atomics.exchange(this.shared, CONTROL.signal, NOTHING) === NOTHING) return;
    this.stopSuspended();
  }

  /** As `press`, for a Stop that came by message alone. */
  pressUnshared(): void {
    this.stopSuspended();
  }

  /** A run was handed to Python. */
  runQueued(): void {
    this.awaited++;
  }

  runFinished(): void {
    this.awaited = Math.max(0, this.awaited - 1);
    if (this.awaited === 0) this.disarm();
  }

  /** A cell's own code begins or ends. */
  runChanged(running: boolean): void {
    this.running = running;
    if (!running) this.disarm();
  }

  /** The signal met plumbing instead of the cell: try its next bytecode, or else its next await. */
  rearm(): void {
    this.armed = true;
    setTimeout(() => {
      if (!this.armed || !this.running) return;
      if (this.resolveTick) this.pressedDuringTick = true;
      else this.interruptPython();
      this.armed = false;
    }, REARM_MILLISECONDS);
  }

  /** One turn of the event loop; resolves to the signal that came meanwhile. */
  tick(): Promise<number> {
    return new Promise((resolve) => {
      this.resolveTick = resolve;
      const turn = new MessageChannel();
      turn.port1.onmessage = () => {
        turn.port1.close();
        this.endTick();
      };
      turn.port2.postMessage(null);
    });
  }

  /** Run `work`, which enters Python, as soon as no tick is under way. */
  outsideTick(work: () => void): void {
    if (this.ticking || this.afterTick.length > 0) this.afterTick.push(work);
    else work();
  }

  private stopSuspended(): void {
    if (this.resolveTick) this.pressedDuringTick = true;
    else if (this.ticking) this.rearm();
    else if (!this.interruptPython()) {
      if (this.running) this.rearm();
      else if (this.awaited > 0) this.armed = true;
    }
  }

  private poll(): number {
    this.resumesBefore = 0;
    if (this.armed && this.running && !this.ticking) {
      this.armed = false;
      return SIGINT;
    }
    if (this.shared) return Atomics.exchange(this.shared, CONTROL.signal, NOTHING);
    if (this.mode === "none" || this.ticking || !this.running) return NOTHING;
    const now = performance.now();
    if (now - this.lastTick < TICK_PERIOD_MILLISECONDS) return NOTHING;
    this.lastTick = now;
    return SIGALRM;
  }

  private endTick(): void {
    const resolve = this.resolveTick;
    const signal = this.pressedDuringTick ? SIGINT : NOTHING;
    this.resolveTick = null;
    this.pressedDuringTick = false;
    this.lastTick = performance.now();
    this.resumesBefore = this.lastTick + REARM_MILLISECONDS;
    resolve?.(signal);
    if (this.afterTick.length > 0) setTimeout(() => this.flush(), 0);
  }

  private flush(): void {
    while (this.afterTick.length > 0 && !this.ticking) this.afterTick.shift()?.();
    // During a tick its end comes back here; otherwise Python is about to go on.
    if (this.afterTick.length > 0 && !this.resolveTick) setTimeout(() => this.flush(), REARM_MILLISECONDS);
  }

  private disarm(): void {
    this.armed = false;
    this.pressedDuringTick = false;
    if (this.shared) Atomics.store(this.shared, CONTROL.signal, NOTHING);
  }
}
