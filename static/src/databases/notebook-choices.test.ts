import assert from "node:assert/strict";
import { test } from "node:test";
import { FAKE_CONNECTION } from "./fake-relay.ts";
import { databaseChoice, hostChoice } from "./notebook-choices.ts";

const HOST = { host: "api.example", methods: ["GET"], description: "Orders", adds_credentials: true };

test("what is left open has its exceptions named", () => {
  const closed = { ...FAKE_CONNECTION, name: "payroll", every_notebook: false };
  const { isOpen, words, rows } = databaseChoice({ offered: [FAKE_CONNECTION, closed] });
  assert.equal(isOpen, true);
  assert.match(words.exceptions, /^But not payroll: only notebooks whose owners choose it/);
  assert.deepEqual(
    rows.map(({ name, isChosen }) => [name, isChosen]),
    [
      ["shop", false],
      ["payroll", false],
    ],
  );
});

test("a host says what it is for, and that a key goes along", () => {
  const choice = hostChoice({ offered: [HOST], chosen: ["api.example", "lost.example"] });
  assert.equal(choice?.isOpen, false);
  assert.equal(choice?.words.exceptions, "");
  assert.deepEqual(choice?.rows, [
    { name: "api.example", about: "Orders. The operator's key goes along", isChosen: true },
    { name: "lost.example", about: "Chosen by another owner; not for your account", isChosen: true },
  ]);
});

test("where there are no hosts there is nothing to choose", () => {
  assert.equal(hostChoice({ offered: [] }), null);
  assert.equal(hostChoice({ offered: [], chosen: [] })?.isOpen, false);
});
