/** Which environment a notebook uses, and the packages it pins beside it: written into the notebook itself. */
import { html, render } from "lit";
import { X } from "lucide";
import type { NotebookDocument } from "../document/notebook.ts";
import { showDialog } from "./dialog.ts";
import { icon } from "./icon.ts";
import type { PackageKeeping } from "./package-keeping.ts";

/** A name with extras and versions, as pip reads it; anything else could be an option. */
const REQUIREMENT = /^[A-Za-z0-9][\w.-]*(\[[\w,.-]+\])?([=<>!~]=?=?[\w.*+!,<>=~-]+)?$/;

type PackagesOf = Pick<NotebookDocument, "environment" | "packages">;

export async function showPackages(
  notebook: PackagesOf,
  environments: readonly { name: string; title: string }[],
  restart: () => Promise<void>,
  keeping: PackageKeeping,
): Promise<void> {
  const before = JSON.stringify([notebook.environment, notebook.packages]);
  const body = document.createElement("div");
  const draw = () => render(content(notebook, environments, keeping, draw), body);
  const life = new AbortController();
  keeping.addEventListener("change", draw, { signal: life.signal });
  draw();
  void keeping.refresh();
  const answer = await showDialog<"restart">(
    { title: "Packages" },
    (close) => html`${body}
      <footer class="dialog-footer">
        <button class="button" @click=${() => close(null)}>Done</button>
        <button class="button primary" @click=${() => close("restart")}>Restart with these</button>
      </footer>`,
  );
  life.abort();
  if (answer === "restart" && JSON.stringify([notebook.environment, notebook.packages]) !== before) {
    await restart();
  }
}

function content(
  notebook: PackagesOf,
  environments: readonly { name: string; title: string }[],
  keeping: PackageKeeping,
  draw: () => void,
) {
  const set = (packages: string[]) => {
    notebook.packages = packages;
    draw();
  };
  const add = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const name = String(new FormData(form).get("package")).replace(/\s+/g, "");
    form.reset();
    if (REQUIREMENT.test(name)) set([...notebook.packages.filter((known) => known !== name), name]);
  };
  const choose = (event: Event) => {
    notebook.environment = (event.target as HTMLSelectElement).value;
  };
  return html`
    <label class="dialog-field"><span>Environment</span>
      <select class="field" @change=${choose}>
        ${environments.map(({ name, title }) => html`<option value=${name} ?selected=${name === notebook.environment}>${title || name}</option>`)}
      </select></label>
    <p class="soft">Packages that this notebook needs beside its environment. They are installed whenever its kernel starts.</p>
    <ul class="dialog-list">
      ${notebook.packages.map(
        (name) => html`<li><code>${name}</code>
          <button class="icon-button" aria-label=${`Remove ${name}`} title="Remove"
            @click=${() => set(notebook.packages.filter((known) => known !== name))}>${icon(X)}</button></li>`,
      )}
    </ul>
    <form class="dialog-row" @submit=${add}>
      <label class="dialog-field"><span>Add a package</span>
        <input class="field" name="package" placeholder="seaborn==0.13.2" autofocus autocomplete="off" spellcheck="false" required /></label>
      <button class="button">Add</button>
    </form>
    ${keeping.template()}`;
}
