/** Counts the changes that the relay has not confirmed, by the receipts it sends. */

export class WaitingChanges {
  /** Changes in each message that was sent and has no receipt yet, in their order. */
  #sent: number[] = [];
  #unsent: number;

  /** `before`: how many changes of an earlier visit are not known to be on the relay. */
  constructor(before = 0) {
    this.#unsent = before;
  }

  get count(): number {
    return this.#unsent + this.#sent.reduce((sum, changes) => sum + changes, 0);
  }

  /** Whether a message has no receipt yet. */
  get areUnderWay(): boolean {
    return this.#sent.length > 0;
  }

  changed(): void {
    this.#unsent++;
  }

  /** A message was sent that holds some of what the next ones complete. */
  sentPart(): void {
    this.#sent.push(0);
  }

  /** A message that holds every change made until now was sent. */
  sentAll(): void {
    this.#sent.push(this.#unsent);
    this.#unsent = 0;
  }

  /** The receipt of the oldest message came. */
  received(): void {
    if (this.#sent.shift() === undefined) throw new Error("A receipt came for a message that was not sent.");
  }

  /** The connection ended: nobody knows what of the messages under way has arrived. */
  disconnected(): void {
    this.#unsent = this.count;
    this.#sent = [];
  }
}
