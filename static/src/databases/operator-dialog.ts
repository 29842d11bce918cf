/** For whoever runs the relay: its connections, and the audit log, in one dialog with two tabs. */
import { html } from "lit";
import { showDialog } from "../elements/dialog.ts";
import { AuditView } from "./audit-view.ts";
import { ConnectionManager } from "./connection-manager.ts";
import { OperatorRequests } from "./operator-requests.ts";
import type { RelayAnswers } from "./relay-answers.ts";

const TABS = ["Connections", "Audit log"] as const;

/** Resolves when the dialog is closed. */
export async function showOperatorDialog(relay: RelayAnswers): Promise<void> {
  const requests = new OperatorRequests(relay);
  const panels = [new ConnectionManager(requests), new AuditView(requests)];
  for (const [index, panel] of panels.entries()) {
    panel.id = `operator-panel-${index}`;
    panel.role = "tabpanel";
    panel.setAttribute("aria-label", TABS[index]!);
    panel.hidden = index > 0;
  }
  const show = (chosen: number) => (event: Event) => {
    const list = (event.currentTarget as HTMLElement).parentElement!;
    for (const [index, tab] of [...list.children].entries()) {
      tab.setAttribute("aria-selected", String(index === chosen));
      (tab as HTMLElement).tabIndex = index === chosen ? 0 : -1;
      panels[index]!.hidden = index !== chosen;
    }
    if (chosen === 1) void (panels[1] as AuditView).begin();
  };
  const key = (event: KeyboardEvent) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const tab = event.target as HTMLElement;
    const next = (
      event.key === "ArrowLeft" ? tab.previousElementSibling : tab.nextElementSibling
    ) as HTMLElement;
    next?.focus();
    next?.click();
  };
  await showDialog<never>(
    { title: "Connections and audit", extraClass: "operator-dialog" },
    () => html`<div class="operator-tabs" role="tablist" @keydown=${key}>
        ${TABS.map(
          (
            words,
            index,
          ) => html`<button role="tab" aria-controls=${`operator-panel-${index}`} aria-selected=${String(index === 0)}
            tabindex=${index === 0 ? 0 : -1} @click=${show(index)}>${words}</button>`,
        )}
      </div>
      ${panels}`,
  );
}
