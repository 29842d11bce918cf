/** Start Python the fastest way that works: restored from the environment's snapshot, or else booted. */

import { canRestore } from "../../environment-files.ts";
import { type BootedPython, type BootOptions, bootPython } from "../boot.ts";
import { SnapshotRefused } from "./layout.ts";
import { restorePython } from "./restore.ts";

export interface StartedPython extends BootedPython {
  restored: boolean;
  /** Why it was booted although there is a snapshot: a sentence, else "". */
  note: string;
}

export async function startPython(options: BootOptions, useSnapshot: boolean): Promise<StartedPython> {
  const { snapshot } = options.environment;
  if (!snapshot || !useSnapshot) return { ...(await bootPython(options)), restored: false, note: "" };
  try {
    if (!canRestore())
      throw new SnapshotRefused(
        "it needs WebAssembly stack switching (JSPI), which this browser does not have",
      );
    return { ...(await restorePython(options, snapshot)), restored: true, note: "" };
  } catch (cause) {
    // Nothing of it is left but garbage: Pyodide keeps its state in the module that the boot makes anew.
    if (!(cause instanceof SnapshotRefused)) console.error(cause);
    const reason = cause instanceof Error ? cause.message : String(cause);
    const note = `Python was started without its snapshot, which takes longer: ${reason}.`;
    return { ...(await bootPython(options)), restored: false, note };
  }
}
