/** The audit log, the newest record first: by connection and person, whether its chain holds, and all of it as a file. */
import { html, LitElement, nothing } from "lit";
import { Check, CloudAlert, Download } from "lucide";
import type { AuditChain, AuditEntry } from "../contracts/generated-databases.ts";
import { icon } from "../elements/icon.ts";
import { refused } from "./connection-manager.ts";
import type { OperatorRequests } from "./operator-requests.ts";
import { counted } from "./schema-tree.ts";

export class AuditView extends LitElement {
  readonly #requests: OperatorRequests;
  #records: readonly AuditEntry[] | null = null;
  #hasMore = false;
  #chain: AuditChain | null = null;
  #error: unknown = null;
  #connection = "";
  #actor = "";

  constructor(requests: OperatorRequests) {
    super();
    this.#requests = requests;
  }

  /** Reads it anew. */
  async begin(): Promise<void> {
    await Promise.all([this.#read(null), this.#verify()]);
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override render() {
    const submit = (event: SubmitEvent) => {
      event.preventDefault();
      const given = new FormData(event.target as HTMLFormElement);
      this.#connection = String(given.get("connection") ?? "").trim();
      this.#actor = String(given.get("actor") ?? "").trim();
      void this.#read(null);
    };
    return html`
      ${this.#chain ? chainView(this.#chain) : nothing}
      <form class="audit-choice" @submit=${submit}>
        <input class="field" name="connection" aria-label="Connection or document" placeholder="Connection" />
        <input class="field" name="actor" aria-label="Person" placeholder="Person (id)" />
        <button class="button">Show</button>
        <a class="button" href=${this.#requests.exportAddress.href} download="audit.jsonl">${icon(Download)}Export</a>
      </form>
      ${this.#error === null ? nothing : refused(this.#error)}
      ${this.#records === null ? nothing : this.#table(this.#records)}
      ${this.#hasMore ? html`<button class="button" @click=${() => void this.#read(this.#records?.at(-1)?.sequence ?? null)}>Older records</button>` : nothing}
    `;
  }

  #table(records: readonly AuditEntry[]) {
    if (records.length === 0) {
      const isAll = this.#connection === "" && this.#actor === "";
      return html`<p class="soft">${isAll ? "Nothing has been recorded yet." : "No record fits."}</p>`;
    }
    return html`<div class="audit-records" tabindex="0" role="group" aria-label="Records">
      <table>
        <thead><tr>${["#", "When", "Who", "What", "With", "Result", ""].map((words) => html`<th scope="col">${words}</th>`)}</tr></thead>
        <tbody>${records.map(recordView)}</tbody>
      </table>
    </div>`;
  }

  async #read(before: number | null): Promise<void> {
    try {
      const page = await this.#requests.audit({ connection: this.#connection, actor: this.#actor, before });
      const shown = before === null ? [] : (this.#records ?? []);
      this.#records = [...shown, ...page.records];
      this.#hasMore = page.more;
      this.#error = null;
    } catch (error) {
      this.#error = error;
    }
    this.requestUpdate();
  }

  async #verify(): Promise<void> {
    try {
      this.#chain = await this.#requests.chain();
    } catch (error) {
      this.#error = error;
    }
    this.requestUpdate();
  }
}

function chainView({ records, newest, broken_at, reason }: AuditChain) {
  if (broken_at !== null && broken_at !== undefined)
    return html`<p class="audit-chain operator-bad" role="alert">${icon(CloudAlert)}<span>The chain is broken at record ${broken_at}: ${reason}. Compare it with the last export.</span></p>`;
  return html`<p class="audit-chain operator-good">${icon(Check)}<span>${counted(records, "record")}, none changed or removed.${newest ? html` <span class="soft" title=${newest}>Newest hash ${newest.slice(0, 12)}…</span>` : nothing}</span></p>`;
}

function recordView({
  sequence,
  time,
  actor,
  on_behalf_of,
  action,
  object,
  result,
  details = {},
}: AuditEntry) {
  const when = new Date(time);
  const about = Object.entries(details)
    .filter(([name, value]) => value !== null && value !== "" && name !== "query")
    .map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
  return html`<tr>
    <td>${sequence}</td>
    <td><time datetime=${time}>${when.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" })}</time></td>
    <td>${actor}${on_behalf_of ? html` <span class="soft">for ${on_behalf_of}</span>` : nothing}</td>
    <td>${action}</td>
    <td>${object}</td>
    <td class=${["ok", "kept"].includes(result) ? "operator-good" : "operator-bad"}>${result}</td>
    <td class="audit-details soft" title=${about}>${about}</td>
  </tr>`;
}

customElements.define("audit-view", AuditView);
