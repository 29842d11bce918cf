import assert from "node:assert/strict";
import { test } from "node:test";
import { isMagicLine, languageOf, maskMagicLines } from "./language.ts";
import { pythonIndentation } from "./python-indent.ts";

const indentation = (lines: string[], text = "") => pythonIndentation(lines, text, 4);

test("a block is one level deeper", () => {
  assert.equal(indentation(["def f(x):"]), 4);
  assert.equal(indentation(["for x in y:  # comment"]), 4);
});

test("what follows the end of a block is one level out", () => {
  assert.equal(indentation(["def f(x):", "    return x"]), 0);
});

test("else stands below its if", () => {
  assert.equal(indentation(["if a:", "    if b:", "        c()"], "else:"), 4);
});

test("text after an open bracket is continued below it, else one level in", () => {
  assert.equal(indentation(["print(a,"]), 6);
  assert.equal(indentation(["print("]), 4);
  assert.equal(indentation(["print("], ")"), 0);
});

test("a statement over several lines counts from its first", () => {
  assert.equal(indentation(["def f(a,", "      b):"]), 4);
});

test("brackets in strings and comments do not count", () => {
  assert.equal(indentation(['x = "("  # ([']), 0);
});

test("magics choose the language of the cell", () => {
  assert.equal(languageOf("%%sql\nselect 1", "python"), "sql");
  assert.equal(languageOf("%%timeit\nf()", "python"), "python");
  assert.equal(languageOf("select 1", "sql"), "sql");
});

test("the lines of IPython are masked, and Python's own percent signs are not", () => {
  assert.equal(maskMagicLines("%time f()\nx = 1"), "#########\nx = 1");
  assert.equal(isMagicLine("  % b)"), false);
  assert.equal(isMagicLine("!ls"), true);
});
