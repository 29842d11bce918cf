/** A table's first rows and the figures of its columns, shown below its name. */
import { html, nothing } from "lit";
import type {
  ColumnFigures,
  TableFigures,
  TableInfo,
  TableSample,
} from "../contracts/generated-databases.ts";
import type { DataRequests } from "./data-requests.ts";
import { wordsOf } from "./relay-answers.ts";
import { counted, idOf } from "./schema-tree.ts";

interface Seen {
  sample: TableSample | null;
  profile: TableFigures | null;
  /** What either of them failed with. */
  errors: unknown[];
}

/** Fires "change" when something of it has come. */
export class TableLook extends EventTarget {
  readonly #requests: Pick<DataRequests, "sample" | "profile">;
  readonly #seen = new Map<string, Seen>();

  constructor(requests: Pick<DataRequests, "sample" | "profile">) {
    super();
    this.#requests = requests;
  }

  /** Asks for both, anew; never rejects. */
  async want(connection: string, { schema, name }: TableInfo): Promise<void> {
    const table = { schema, table: name };
    const seen: Seen = { sample: null, profile: null, errors: [] };
    this.#seen.set(idOf(connection, schema, name), seen);
    this.#changed();
    const take = (asked: Promise<void>) =>
      asked.catch((error: unknown) => seen.errors.push(error)).finally(() => this.#changed());
    await Promise.all([
      take(
        this.#requests.sample(connection, table).then((sample) => {
          seen.sample = sample;
        }),
      ),
      take(
        this.#requests.profile(connection, table).then((profile) => {
          seen.profile = profile;
        }),
      ),
    ]);
  }

  render(connection: string, { schema, name }: TableInfo) {
    const seen = this.#seen.get(idOf(connection, schema, name));
    if (!seen) return nothing;
    const { sample, profile, errors } = seen;
    const isWaiting = (sample === null ? 1 : 0) + (profile === null ? 1 : 0) > errors.length;
    return html`
      ${errors.slice(0, 1).map((error) => {
        const { message, hint } = wordsOf(error);
        return html`<div class="schema-refused" role="alert"><p><strong>${message}</strong></p><p>${hint}</p></div>`;
      })}
      ${isWaiting ? html`<p class="soft" role="status">Looking at the table…</p>` : nothing}
      ${profile ? profileView(profile) : nothing} ${sample ? sampleView(sample) : nothing}
    `;
  }

  #changed(): void {
    this.dispatchEvent(new Event("change"));
  }
}

function profileView({ rows, more, columns }: TableFigures) {
  return html`<h4>Profile</h4>
    <p class="soft">${more ? `Of the first ${rows.toLocaleString("en")} rows.` : `Of all ${rows.toLocaleString("en")} rows.`}</p>
    <ul class="profile">${columns.map((column) => columnView(column, rows))}</ul>`;
}

function columnView(column: ColumnFigures, rows: number) {
  const { name, nulls, distinct, minimum, maximum } = column;
  const share = rows === 0 ? 0 : Math.round((nulls / rows) * 100);
  const filled = nulls === 0 ? "no nulls" : `${nulls.toLocaleString("en")} null (${share} %)`;
  const different =
    distinct === null || distinct === undefined ? "" : `${distinct.toLocaleString("en")} distinct, `;
  return html`<li>
    <span class="profile-name">${name}</span><span class="soft">${different}${filled}</span>
    ${histogramView(column)}
    ${minimum === null || minimum === undefined ? nothing : html`<span class="profile-range" title=${`${minimum} to ${maximum}`}><span>${minimum}</span><span>${maximum}</span></span>`}
  </li>`;
}

/** Bars as high as their share of the highest one. */
function histogramView({ name, histogram = [] }: ColumnFigures) {
  if (histogram.length === 0) return nothing;
  const most = Math.max(...histogram.map(({ count }) => count));
  const counts = histogram.map(({ count }) => count).join(", ");
  return html`<span class="histogram" role="img" aria-label=${`How the values of ${name} are spread: ${counts}`}>
    ${histogram.map(({ count }) => html`<i style=${`height: ${Math.ceil((count / most) * 100)}%`} title=${counted(count, "row")}></i>`)}
  </span>`;
}

function sampleView({ columns, rows }: TableSample) {
  if (rows.length === 0) return html`<h4>Sample</h4><p class="soft">The table is empty.</p>`;
  return html`<h4>Sample</h4>
    <div class="sample" tabindex="0" role="group" aria-label="First rows">
      <table>
        <thead><tr>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
        <tbody>${rows.map((row) => html`<tr>${row.map((value) => (value === null ? html`<td class="null">NULL</td>` : html`<td title=${value}>${value}</td>`))}</tr>`)}</tbody>
      </table>
    </div>`;
}
