/** Where a kernel's HTTP requests are carried out, under the page's policy. */
import type {
  AnswerHttp,
  CloseHttp,
  FetchHttp,
  HttpPart,
  ReadHttp,
  RefuseRequest,
} from "../contracts/generated.ts";
import type { AnswerSource } from "./loaded-source.ts";

export type HttpMessage = FetchHttp | ReadHttp | CloseHttp;

/** Null for a CloseHttp, which has no answer. */
export type HttpSource = AnswerSource<HttpMessage, AnswerHttp | HttpPart | RefuseRequest>;
