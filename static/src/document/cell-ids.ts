/** Ids for a file's cells: its own where they are good, else ones that come out the same at every import. */

/** nbformat 4.5: 1 to 64 of these. */
const GOOD_ID = /^[a-zA-Z0-9_-]{1,64}$/;

/** `id` as a file has it, `seed` what tells this cell from others. */
export function chooseId(id: unknown, seed: string, taken: ReadonlySet<string>): string {
  if (typeof id === "string" && GOOD_ID.test(id) && id !== "__proto__" && !taken.has(id)) return id;
  let chosen = hash(seed);
  for (let attempt = 1; taken.has(chosen); attempt++) chosen = hash(`${seed}:${attempt}`);
  return chosen;
}

/** FNV-1a, twice with different offsets: 16 hexadecimal digits. It names; it protects nothing. */
function hash(text: string): string {
  return fnv(text, 0x811c9dc5) + fnv(text, 0x01000193);
}

function fnv(text: string, offset: number): string {
  let value = offset;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return (value >>> 0).toString(16).padStart(8, "0");
}
