/** Binary parts of a widget's state travel beside it; `buffer_paths` says where they belong. */

export type WidgetState = Record<string, unknown>;

export function putBuffers(state: WidgetState, paths: unknown, buffers: readonly Uint8Array[]): WidgetState {
  if (!Array.isArray(paths)) return state;
  const whole = structuredClone(state);
  paths.forEach((path, index) => {
    const buffer = buffers[index];
    if (!Array.isArray(path) || path.length === 0 || !buffer) return;
    let place: unknown = whole;
    for (const step of path.slice(0, -1)) place = ownValue(place, step);
    const last = path.at(-1) as string | number;
    const isPlace = typeof place === "object" && place !== null && last !== "__proto__";
    if (isPlace) Reflect.set(place as object, last, new DataView(buffer.slice().buffer));
  });
  return whole;
}

/** The opposite, for the top level of the state: where views put binary values. */
export function takeBuffers(state: WidgetState): {
  state: WidgetState;
  paths: string[][];
  buffers: Uint8Array[];
} {
  const plain: WidgetState = {};
  const paths: string[][] = [];
  const buffers: Uint8Array[] = [];
  for (const [key, value] of Object.entries(state)) {
    if (ArrayBuffer.isView(value)) {
      paths.push([key]);
      buffers.push(new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength).slice());
    } else if (value instanceof ArrayBuffer) {
      paths.push([key]);
      buffers.push(new Uint8Array(value.slice(0)));
    } else plain[key] = value;
  }
  return { state: plain, paths, buffers };
}

function ownValue(place: unknown, step: unknown): unknown {
  if (typeof place !== "object" || place === null) return undefined;
  return Object.hasOwn(place, step as string)
    ? (place as Record<string, unknown>)[step as string]
    : undefined;
}
