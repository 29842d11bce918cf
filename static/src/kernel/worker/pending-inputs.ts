/** The lines that a running cell waits for. An answer may come before Python gets round to waiting. */
import type { AnswerInput } from "../../contracts/generated.ts";

interface Slot extends PromiseWithResolvers<string> {
  answered?: string;
}

export class PendingInputs {
  private readonly slots = new Map<string, Slot>();

  /** Resolves to the JSON text of the answered value: a string, or null when cancelled. */
  wait(inputId: string): Promise<string> {
    return this.slot(inputId).promise;
  }

  /** The same text at once, if the answer is there. */
  find(inputId: string): string | undefined {
    return this.slots.get(inputId)?.answered;
  }

  answer({ input_id, value }: AnswerInput): void {
    const slot = this.slot(input_id);
    slot.answered ??= JSON.stringify(value);
    slot.resolve(slot.answered);
  }

  /** The run is over: nobody waits any more. */
  clear(): void {
    this.slots.clear();
  }

  private slot(inputId: string): Slot {
    let slot = this.slots.get(inputId);
    if (!slot) {
      slot = Promise.withResolvers();
      this.slots.set(inputId, slot);
    }
    return slot;
  }
}
