/** The styles of an exported notebook: the page's own, and those of formulas with their fonts inside. */
import { FORMULA_STYLES } from "../outputs/formula-styles.ts";
import file from "../styles/roots/exported.css";

/** Families that few formulas use, by the class that asks for one. */
const RARE_FONTS: Readonly<Record<string, RegExp>> = {
  KaTeX_Caligraphic: /mathcal/,
  KaTeX_Fraktur: /mathfrak|textfrak/,
  KaTeX_SansSerif: /mathsf|textsf/,
  KaTeX_Script: /mathscr|textscr/,
  KaTeX_Typewriter: /mathtt|texttt/,
};

export async function exportStylesFor(markup: string): Promise<string> {
  const own = await rulesOf(new URL(file, import.meta.url).href);
  return markup.includes("katex") ? `${own}\n${await formulaRules(markup)}` : own;
}

async function formulaRules(markup: string): Promise<string> {
  const sheet = await rulesOf(FORMULA_STYLES);
  const faces = sheet.match(/@font-face\{[^}]*\}/g) ?? [];
  const wanted = faces.filter((face) => {
    const family = /font-family:(\w+)/.exec(face)?.[1] ?? "";
    return RARE_FONTS[family]?.test(markup) ?? true;
  });
  const embedded = await Promise.all(wanted.map(embedFont));
  return embedded.join("") + sheet.replaceAll(/@font-face\{[^}]*\}/g, "");
}

async function rulesOf(address: string): Promise<string> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: HTTP ${response.status}`);
  return response.text();
}

async function embedFont(face: string): Promise<string> {
  const path = /url\(([^)]+\.woff2)\)/.exec(face)?.[1];
  if (path === undefined) return "";
  const body = new Uint8Array(await (await fetch(new URL(path, FORMULA_STYLES))).arrayBuffer());
  let text = "";
  for (let at = 0; at < body.length; at += 8192) text += String.fromCharCode(...body.subarray(at, at + 8192));
  return face.replace(path, `data:font/woff2;base64,${btoa(text)}`);
}
