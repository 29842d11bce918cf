/** Where a kernel's queries are carried out. */
import type { CloseQuery, OpenQuery, QueryPart, ReadQuery, RefuseRequest } from "../contracts/generated.ts";

export type QueryMessage = OpenQuery | ReadQuery | CloseQuery;

export interface QuerySource {
  /** Never rejects; null for a CloseQuery, which has no answer. */
  answer(message: QueryMessage): Promise<QueryPart | RefuseRequest | null>;
  /** The kernel is gone: nobody reads any more. */
  closeAll(): void;
}
