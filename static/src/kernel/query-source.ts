/** Where a kernel's queries are carried out. */
import type { CloseQuery, OpenQuery, QueryPart, ReadQuery, RefuseRequest } from "../contracts/generated.ts";
import type { AnswerSource } from "./loaded-source.ts";

export type QueryMessage = OpenQuery | ReadQuery | CloseQuery;

/** Null for a CloseQuery, which has no answer. */
export type QuerySource = AnswerSource<QueryMessage, QueryPart | RefuseRequest>;
