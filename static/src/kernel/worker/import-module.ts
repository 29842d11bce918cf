/** Evaluates the text of an ES module: by itself where the module's form allows, else by the host's loader. */
import { evaluateModule } from "./module-text.ts";

export async function importModule(source: string): Promise<Record<string, unknown>> {
  return evaluateModule(source) ?? importBlob(source);
}

async function importBlob(source: string): Promise<Record<string, unknown>> {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    return (await import(url)) as Record<string, unknown>;
  } finally {
    URL.revokeObjectURL(url);
  }
}
