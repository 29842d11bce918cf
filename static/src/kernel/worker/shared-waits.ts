/** Blocking waits without stack switching: the worker itself sleeps, on memory that it shares with its frame. */
import { type Answer, CONTROL, type MailboxReader } from "../mailbox.ts";
import type { Stop } from "./stop.ts";

export class SharedWaits {
  private readonly control: Int32Array;
  private readonly mailbox: MailboxReader;
  private readonly stop: Pick<Stop, "take">;
  private receive: (answer: Answer) => void = () => undefined;

  constructor(control: Int32Array, mailbox: MailboxReader, stop: Pick<Stop, "take">) {
    this.control = control;
    this.mailbox = mailbox;
    this.stop = stop;
  }

  /** Who gets the answers that the mailbox brings. */
  connect(receive: (answer: Answer) => void): void {
    this.receive = receive;
  }

  /** Hand on what came; also called on the event loop, where nobody waits. */
  deliver(): void {
    const answer = this.mailbox.take();
    if (answer) this.receive(answer);
  }

  /** Block until `isDone`, or until the time is over; false when Stop ended it. */
  until(isDone: () => boolean, seconds = Number.POSITIVE_INFINITY): boolean {
    const { control } = this;
    const deadline = performance.now() + seconds * 1000;
    for (;;) {
      // Read first: what rings between here and the wait makes the wait return at once.
      const bell = Atomics.load(control, CONTROL.bell);
      this.deliver();
      if (isDone()) return true;
      if (this.stop.take()) return false;
      const left = deadline - performance.now();
      if (left <= 0) return true;
      Atomics.wait(control, CONTROL.bell, bell, left);
    }
  }
}
