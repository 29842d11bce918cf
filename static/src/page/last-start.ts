/** What a kernel was last started with: the next notebook will most likely want the same. */
import type { EnvironmentPlan } from "../kernel/kernel-life.ts";
import type { TextStorage } from "../session/settings.ts";

const KEY = "wasm-runtime:last-start";

/** The last kernel's plan, with the environment that the address asks for; null when neither is known. */
export function readLastStart(
  storage: TextStorage | null,
  askedEnvironment: string | null,
): EnvironmentPlan | null {
  try {
    const last = JSON.parse(storage?.getItem(KEY) ?? "null") as EnvironmentPlan | null;
    const environmentName = askedEnvironment ?? last?.environmentName;
    return environmentName ? { environmentName, packages: last?.packages ?? [] } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

export function writeLastStart(storage: TextStorage | null, started: EnvironmentPlan): void {
  storage?.setItem(KEY, JSON.stringify(started));
}
