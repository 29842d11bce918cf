/** What a shared notebook may use of one kind: everything that is open to it, or only what is ticked. */
import { html, LitElement, nothing } from "lit";

export interface ChoiceRow {
  name: string;
  about: string;
  isChosen: boolean;
}

export interface ChoiceWords {
  /** Of what is chosen, such as Databases. */
  title: string;
  open: string;
  only: string;
  /** Where nothing is offered. */
  none: string;
  /** Below the open way; empty for nothing to say. */
  exceptions: string;
}

export interface Choice {
  words: ChoiceWords;
  rows: readonly ChoiceRow[];
  isOpen: boolean;
}

export class ChoiceFields extends LitElement {
  static override properties = { isOpen: { state: true }, disabled: { attribute: false } };
  declare isOpen: boolean;
  declare disabled: boolean;
  readonly #choice: Choice;

  constructor(choice: Choice) {
    super();
    this.#choice = choice;
    this.isOpen = choice.isOpen;
    this.disabled = false;
  }

  /** What is ticked now; null when it is left open. */
  get chosen(): string[] | null {
    if (this.isOpen) return null;
    const ticked = this.querySelectorAll<HTMLInputElement>(".grant-list input:checked");
    return [...ticked].map(({ value }) => value);
  }

  get isChanged(): boolean {
    const before = this.#choice.rows.filter(({ isChosen }) => isChosen).map(({ name }) => name);
    return this.chosen?.join("\n") !== (this.#choice.isOpen ? undefined : before.join("\n"));
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override render() {
    const { words, rows } = this.#choice;
    return html`<fieldset class="grant-ways" ?disabled=${this.disabled}>
      <legend>${words.title}</legend>
      ${this.#way(true, words.open)}
      ${words.exceptions === "" ? nothing : html`<p class="soft grant-note">${words.exceptions}</p>`}
      ${this.#way(false, words.only)}
      <fieldset class="grant-list" ?disabled=${this.isOpen} aria-label=${words.title}>
        ${rows.length === 0 ? html`<p class="soft">${words.none}</p>` : rows.map(choiceRow)}
      </fieldset>
    </fieldset>`;
  }

  #way(isOpen: boolean, words: string) {
    const take = () => {
      this.isOpen = isOpen;
    };
    return html`<label class="grant"><input type="radio" name=${this.#choice.words.title} ?checked=${this.isOpen === isOpen} @change=${take} /> ${words}</label>`;
  }
}

function choiceRow({ name, about, isChosen }: ChoiceRow) {
  return html`<label class="grant"><input type="checkbox" value=${name} ?checked=${isChosen} />
    <span><strong>${name}</strong> <span class="soft">${about}</span></span></label>`;
}

customElements.define("choice-fields", ChoiceFields);
