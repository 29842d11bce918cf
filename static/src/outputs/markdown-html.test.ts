/** Markdown with mathematics, before it is sanitised. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { markdownToHtml } from "./markdown-html.ts";

test("formulas are kept from Markdown's own rules", () => {
  assert.match(markdownToHtml("so $a_1 * b_2 * c$."), /<span class="nb-math-inline">a_1 \* b_2 \* c<\/span>/);
  assert.match(markdownToHtml("\\(x_1\\) and \\[y\\]"), /nb-math-inline">x_1<.*nb-math-display">y</);
  assert.match(
    markdownToHtml("\\begin{align}\na &= b\n\\end{align}"),
    /nb-math-display">\\begin\{align\}\na &amp;= b/,
  );
  assert.match(markdownToHtml("text\n$$\nx^2\n$$"), /nb-math-display">\nx\^2\n</);
});

test("prices stay prices", () => {
  assert.equal(markdownToHtml("It costs $5 and $6."), "<p>It costs $5 and $6.</p>\n");
});

test("dollars in code are code", () => {
  assert.equal(markdownToHtml("`$a$`"), "<p><code>$a$</code></p>\n");
});

test("a formula does not cut its paragraph in two", () => {
  assert.equal(markdownToHtml("one $x$ two").match(/<p>/g)?.length, 1);
});

test("markup in a formula is text", () => {
  assert.doesNotMatch(markdownToHtml("$<img src=x onerror=1>$"), /<img/);
});

test("tasks, tables and heading ids are GitHub's", () => {
  const html = markdownToHtml("# A title\n\n- [x] done\n\n| a | b |\n|--|--:|\n| 1 | 2 |");
  assert.match(html, /<h1 id="A-title">/);
  assert.match(html, /nb-checkbox checked/);
  assert.match(html, /<td align="right">2<\/td>/);
});
