/** A notebook's history to look through: a timeline, what differs at each point, names, and restoring. */
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { RotateCcw, Tag } from "lucide";
import type { User } from "../contracts/generated.ts";
import { type CellDifference, compareNotebooks, isUnchanged, NOTHING } from "../document/compare.ts";
import type { NotebookDocument } from "../document/notebook.ts";
import { restoreNotebook } from "../document/restore.ts";
import { askForText, showDialog } from "../elements/dialog.ts";
import { readableTime } from "../elements/duration.ts";
import { icon } from "../elements/icon.ts";
import { namedVersions, nameVersion } from "./named-versions.ts";
import type { HistoryPoint, RoomHistory } from "./room-history.ts";
import { sourceDiff } from "./source-diff.ts";

export interface HistoryParts {
  notebook: NotebookDocument;
  history: RoomHistory;
  /** Who names a version. */
  user: User;
  mayEdit: boolean;
  /** What people see of the user with this id. */
  nameOf(userId: string): string;
  onError(error: unknown): void;
}

/** Resolves when the dialog is closed; whether something was restored. */
export async function showHistory(parts: HistoryParts): Promise<boolean> {
  const restored = await showDialog<true>(
    { title: "History", extraClass: "history-dialog" },
    (close) => html`${new NotebookHistory(parts, () => close(true))}`,
  );
  return restored === true;
}

/** What a point is compared with. */
type Against = "step" | "now";

export class NotebookHistory extends LitElement {
  static override properties = {
    points: { state: true },
    failure: { state: true },
    at: { state: true },
    against: { state: true },
    differences: { state: true },
  };
  /** The oldest first; null until the relay has answered. */
  declare points: readonly HistoryPoint[] | null;
  declare failure: string;
  declare at: number;
  declare against: Against;
  /** null while they are on their way. */
  declare differences: readonly CellDifference[] | null;
  readonly #parts: HistoryParts;
  readonly #restored: () => void;

  constructor(parts: HistoryParts, restored: () => void) {
    super();
    this.#parts = parts;
    this.#restored = restored;
    this.points = null;
    this.failure = "";
    this.at = 0;
    this.against = "step";
    this.differences = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override render(): TemplateResult {
    if (this.failure) return html`<p role="alert">${this.failure}</p>`;
    const { points } = this;
    if (points === null) return html`<p class="soft" role="status">Reading the history…</p>`;
    if (points.length === 0)
      return html`<p class="soft">Nothing has been kept yet. What you and others edit from now on can be looked at here.</p>`;
    const point = points[this.at] as HistoryPoint;
    return html`
      <div class="history-line">
        <label class="visually-hidden" for="history-at">Point of time</label>
        <input id="history-at" type="range" min="0" max=${points.length - 1} .value=${String(this.at)} autofocus
          aria-valuetext=${this.#words(point)} @input=${(event: Event) => this.#go(Number((event.target as HTMLInputElement).value))} />
        <p class="history-point"><strong>${this.#words(point)}</strong>
          <span class="soft">${this.at + 1} of ${points.length}</span></p>
      </div>
      ${this.#versions(points)}
      <div class="history-tools">
        <fieldset class="choices"><legend class="visually-hidden">Show</legend>
          ${this.#choice("step", "What changed here")} ${this.#choice("now", "What changed since")}
        </fieldset>
        <button class="button" ?disabled=${!this.#parts.mayEdit} @click=${() => this.#name(point).catch(this.#parts.onError)}>${icon(Tag)}Name it</button>
        <button class="button primary" ?disabled=${!this.#parts.mayEdit} @click=${() => this.#restore(point).catch(this.#parts.onError)}>${icon(RotateCcw)}Restore</button>
      </div>
      <div class="history-differences" aria-live="polite" aria-busy=${this.differences === null}>
        ${this.differences === null ? html`<p class="soft">Reading…</p>` : changes(this.differences)}
      </div>`;
  }

  #versions(points: readonly HistoryPoint[]) {
    const versions = namedVersions(this.#parts.notebook);
    if (versions.length === 0) return nothing;
    return html`<ul class="history-versions" aria-label="Named versions">
      ${versions.map(({ name, sequence, created_at, author }) => {
        const at = points.findLastIndex((point) => point.sequence <= sequence);
        return html`<li><button class="button quiet" aria-pressed=${at === this.at} ?disabled=${at < 0} @click=${() => this.#go(at)}
          title=${`Named by ${author.name}, ${readableTime(new Date(created_at * 1000))}`}>${icon(Tag)}${name}</button></li>`;
      })}
    </ul>`;
  }

  #choice(against: Against, words: string) {
    const choose = () => {
      this.against = against;
      void this.#compare();
    };
    return html`<label class="choice"><input type="radio" name="history-against" .checked=${this.against === against} @change=${choose} />${words}</label>`;
  }

  #words({ sequence, endedAt, authors }: HistoryPoint): string {
    const names = authors.map(this.#parts.nameOf).join(", ");
    return `${names}, ${readableTime(new Date(endedAt * 1000))}, edit ${sequence}`;
  }

  async #load(): Promise<void> {
    try {
      const points = await this.#parts.history.points();
      this.at = Math.max(0, points.length - 1);
      this.points = points;
      await this.#compare();
    } catch (error) {
      this.#fail(error);
    }
  }

  #go(at: number): void {
    this.at = at;
    void this.#compare();
  }

  /** What is shown belongs to where the slider is by then; older answers are dropped. */
  async #compare(): Promise<void> {
    const { at, against, points } = this;
    const point = points?.[at];
    if (point === undefined) return;
    this.differences = null;
    try {
      const { history, notebook } = this.#parts;
      const state = await history.stateAt(point.sequence);
      const previous = points?.[at - 1];
      const step = previous === undefined ? NOTHING : await history.stateAt(previous.sequence);
      if (at !== this.at || against !== this.against) return;
      this.differences =
        against === "now" ? compareNotebooks(state, notebook) : compareNotebooks(step, state);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #name({ sequence }: HistoryPoint): Promise<void> {
    const name = await askForText({ title: "Name this version", label: "Name", action: "Name it" });
    if (!name) return;
    nameVersion(this.#parts.notebook, name, sequence, this.#parts.user);
    this.requestUpdate();
  }

  async #restore({ sequence }: HistoryPoint): Promise<void> {
    restoreNotebook(this.#parts.notebook, await this.#parts.history.stateAt(sequence));
    this.#restored();
  }

  #fail(error: unknown): void {
    this.failure = "The history could not be read. Check the connection to the relay, and open it again.";
    this.#parts.onError(error);
  }
}

function changes(differences: readonly CellDifference[]): TemplateResult {
  const changed = differences.filter((each) => !isUnchanged(each));
  const otherOutputs = differences.filter((each) => isUnchanged(each) && each.hasOtherOutputs);
  const same = differences.length - changed.length - otherOutputs.length;
  const words = same === 1 ? "1 cell is the same." : `${same} cells are the same.`;
  if (same === differences.length) return html`<p>No cell differs.</p>`;
  return html`
    ${changed.map(difference)}
    ${otherOutputs.length === 0 ? nothing : html`<p>${outputWords(otherOutputs)}</p>`}
    ${same === 0 ? nothing : html`<p class="soft">${words}</p>`}`;
}

function outputWords(differences: readonly CellDifference[]): string {
  const places = differences.map(({ position }) => String(position));
  const cells = new Intl.ListFormat("en").format(places);
  return places.length === 1
    ? `Of cell ${cells} only the output differs.`
    : `Of cells ${cells} only the outputs differ.`;
}

function difference({ before, after, moved, position, hasOtherOutputs }: CellDifference): TemplateResult {
  const kind = (after ?? before)?.type === "code" ? "Code" : "Text";
  const what = before === null ? "added" : after === null ? "deleted" : moved ? "moved" : "changed";
  const isEdited = before?.source !== after?.source;
  return html`<section class="history-cell" data-change=${what}>
    <h3>${kind} cell ${position} ${what}${what === "moved" && isEdited ? " and changed" : ""}${hasOtherOutputs ? ", with another output" : ""}</h3>
    ${isEdited ? sourceDiff(before?.source ?? "", after?.source ?? "") : nothing}
  </section>`;
}

customElements.define("notebook-history", NotebookHistory);
