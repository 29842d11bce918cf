/** The values of Python's variables that a SQL cell names, as the kernel would bind them. */
import { decode } from "../contracts/codec.ts";
import { SQL_PARAMETERS_TARGET, SqlParameters } from "../contracts/generated-databases.ts";
import type { Json } from "../document/json.ts";
import type { CommChannel } from "../outputs/output.ts";
import { RelayRefusal } from "./relay-answers.ts";
import { sqlTokens } from "./sql-tokens.ts";

/** Rejects with RelayRefusal when there is no such variable, or no kernel to ask. */
export async function sqlParameters(sql: string, kernel: CommChannel): Promise<Record<string, Json>> {
  const named = sqlTokens(sql).find(({ kind, to, from }) => kind === "parameter" && to - from > 1);
  if (!named) return {};
  const isUp = kernel.state?.kind === "idle" || kernel.state?.kind === "busy";
  if (!isUp) {
    throw new RelayRefusal(
      "refused",
      `The SQL names ${named.value}, a variable of Python, which is not running.`,
      `Run the cell that sets ${named.value.slice(1)}, then ask again.`,
    );
  }
  const { parameters, error } = await answerOf(kernel, sql);
  if (error) throw new RelayRefusal("refused", error.message, error.hint ?? "");
  return parameters as Record<string, Json>;
}

async function answerOf(kernel: CommChannel, sql: string): Promise<SqlParameters> {
  const commId = crypto.randomUUID();
  const life = new AbortController();
  const { promise, resolve, reject } = Promise.withResolvers<SqlParameters>();
  kernel.onComm((event) => {
    if (event.comm_id !== commId || event.kind !== "comm_msg") return;
    try {
      resolve(decode(event.data, SqlParameters));
    } catch (error) {
      reject(error);
    }
  }, life.signal);
  kernel.onState?.(({ kind }) => {
    if (kind === "idle" || kind === "busy") return;
    reject(new RelayRefusal("refused", "Python ended before it answered.", "Run the cells, then ask again."));
  }, life.signal);
  const target_name = SQL_PARAMETERS_TARGET;
  kernel.sendComm({
    kind: "comm_open",
    comm_id: commId,
    target_name,
    data: { sql },
    metadata: null,
    buffers: [],
  });
  try {
    return await promise;
  } finally {
    life.abort();
    kernel.sendComm({ kind: "comm_close", comm_id: commId, data: null });
  }
}
