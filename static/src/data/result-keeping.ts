/** One result on its way to the kernel, gathered to be kept once it is whole. */
import {
  RESULT_AGE_HEADER,
  RESULT_KEEP_HEADER,
  RESULT_PERSON_HEADER,
} from "../contracts/generated-results.ts";
import { joined } from "../kernel/part-stream.ts";
import { MAX_RESULT_BYTES, type Origin, type ResultKeeper } from "./kept-results.ts";

export class ResultKeeping {
  readonly #keeper: ResultKeeper;
  readonly #question: string;
  readonly #origin: Origin;
  #parts: Uint8Array[] | null = [];
  #bytes = 0;

  constructor(keeper: ResultKeeper, question: string, origin: Origin) {
    this.#keeper = keeper;
    this.#question = question;
    this.#origin = origin;
  }

  add(part: Uint8Array): void {
    this.#bytes += part.byteLength;
    if (this.#bytes > MAX_RESULT_BYTES) this.#parts = null;
    // The kernel is given the part itself, and this page has it no more.
    this.#parts?.push(part.slice());
  }

  /** The result is whole. What goes wrong is nobody's loss: the query has its answer. */
  finish(more: boolean): void {
    if (!this.#parts) return;
    const body = joined(this.#parts, this.#bytes);
    this.#parts = null;
    this.#keeper
      .keep(this.#question, this.#origin, { body, more })
      .catch((cause) => console.warn("A result could not be kept.", cause));
  }
}

/** Seconds since the database was asked; null for what it gives now. */
export function ageOf(headers: Headers): number | null {
  const age = Number.parseFloat(headers.get(RESULT_AGE_HEADER) ?? "");
  return age >= 0 ? age : null;
}

/** Null for what must not be kept. */
export function originOf(headers: Headers, now: number): Origin | null {
  const person = headers.get(RESULT_PERSON_HEADER);
  const seconds = Number.parseFloat(headers.get(RESULT_KEEP_HEADER) ?? "");
  if (!person || !(seconds > 0)) return null;
  return { person, madeAt: now - (ageOf(headers) ?? 0) * 1000, goodUntil: now + seconds * 1000 };
}
