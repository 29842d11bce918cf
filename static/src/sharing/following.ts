/** Following somebody: the page scrolls to the cell where they are, until the person does something here. */
import type { Awareness } from "y-protocols/awareness";
import type { NotebookPage } from "../elements/notebook-page.ts";
import { peopleOf } from "./person.ts";

/** Fires "change". Ends with `signal`. */
export class Following extends EventTarget {
  readonly #page: NotebookPage;
  readonly #awareness: Awareness;
  #userId: string | null = null;
  #shownCell: string | null = null;

  constructor(page: NotebookPage, awareness: Awareness, signal: AbortSignal) {
    super();
    this.#page = page;
    this.#awareness = awareness;
    awareness.on("change", this.#go);
    signal.addEventListener("abort", () => awareness.off("change", this.#go));
    for (const act of ["keydown", "wheel", "pointerdown"] as const) {
      window.addEventListener(act, (event) => this.#interrupted(event), {
        signal,
        capture: true,
        passive: true,
      });
    }
  }

  /** null when nobody is followed. */
  get userId(): string | null {
    return this.#userId;
  }

  set userId(userId: string | null) {
    this.#userId = userId;
    this.#shownCell = null;
    this.#go();
    this.dispatchEvent(new Event("change"));
  }

  readonly #go = (): void => {
    const person = this.#userId
      ? peopleOf(this.#awareness.getStates(), this.#awareness.clientID).find(
          ({ user }) => user.id === this.#userId,
        )
      : null;
    if (!person?.cellId || person.cellId === this.#shownCell) return;
    this.#shownCell = person.cellId;
    const cell = this.#page.view.cells().find(({ cellId }) => cellId === person.cellId);
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    cell?.scrollIntoView({ block: "center", behavior: isCalm ? "auto" : "smooth" });
  };

  /** The marks of the people themselves begin and end it by a click. */
  #interrupted(event: Event): void {
    const [target] = event.composedPath();
    const isMark = target instanceof Element && target.closest(".people") !== null;
    const presses = event instanceof KeyboardEvent ? ["Enter", " ", "Tab"].includes(event.key) : true;
    if (this.#userId && !(isMark && presses)) this.userId = null;
  }
}
