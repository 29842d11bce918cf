/** Why a kernel's query has no result, as the kernel is told it. */
import type { ErrorBody } from "../contracts/generated.ts";

/** A query that is not carried out, or not to its end. */
export class Refusal extends Error {
  readonly body: ErrorBody;
  readonly position: number | null;

  constructor(body: ErrorBody, position: number | null = null) {
    super(body.message);
    this.body = body;
    this.position = position;
  }
}

export function refused(code: ErrorBody["code"], message: string, hint: string): Refusal {
  return new Refusal({ code, message, hint });
}
