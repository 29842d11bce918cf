/** Makes a JSON value from anyone safe to keep: bounded depth, well-formed text, no key that changes a prototype. */
import { NotebookFormatError } from "./format-error.ts";
import { isJsonObject, type Json } from "./json.ts";

/** Deeper values overflow the stack of peers that decode them natively; notebooks use about ten levels. */
export const MAX_DEPTH = 100;

/** Changes `value` in place where it must; throws NotebookFormatError when it is nested too deeply. */
export function guard(value: Json): Json {
  const box: Json[] = [value];
  const waiting: { container: Json; depth: number }[] = [{ container: box, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { container, depth } = next;
    if (depth > MAX_DEPTH) {
      throw new NotebookFormatError(
        `The notebook nests values more than ${MAX_DEPTH} levels deep.`,
        "No notebook needs that; the file is damaged or made to do harm.",
      );
    }
    const visit = (item: Json, put: (item: Json) => void): void => {
      if (typeof item === "string") {
        // A lone surrogate has no UTF-8 form: peers would store different texts.
        if (!item.isWellFormed()) put(item.toWellFormed());
      } else if (typeof item === "object" && item !== null)
        waiting.push({ container: item, depth: depth + 1 });
    };
    if (Array.isArray(container)) {
      container.forEach((item, i) => {
        visit(item, (changed) => {
          container[i] = changed;
        });
      });
    } else if (isJsonObject(container)) {
      repairKeys(container);
      for (const key of Object.keys(container)) {
        visit(container[key] as Json, (changed) => {
          container[key] = changed;
        });
      }
    }
  }
  return box[0] as Json;
}

function repairKeys(object: { [key: string]: Json }): void {
  Reflect.deleteProperty(object, "__proto__");
  for (const key of Object.keys(object)) {
    if (key.isWellFormed()) continue;
    const value = object[key] as Json;
    delete object[key];
    object[key.toWellFormed()] = value;
  }
}
