import assert from "node:assert/strict";
import { test } from "node:test";
import type { ArrivingReads } from "../arriving-reads.ts";
import { Assets } from "../assets.ts";
import { crc32 } from "../crc32.ts";
import { DamagedFile, NotFetched } from "../file-errors.ts";
import { PackReader } from "./packages.ts";

const BODY = new TextEncoder().encode("contents");
const FILE = {
  name: "a.txt",
  start: 0,
  end: BODY.length,
  isCompressed: false,
  sizeBytes: BODY.length,
  crc32: crc32(BODY),
};
const PACK = { name: "files", sha256: "f", size_bytes: BODY.length, transfer_bytes: BODY.length };

/** A reader whose reads wait, and get these answers; `log` says what was asked for meanwhile. */
function setUp(answers: (Uint8Array | Error)[]) {
  const log: string[] = [];
  const assets = new Assets((sha256, isDamaged) =>
    log.push(isDamaged ? `ask anew ${sha256}` : `ask ${sha256}`),
  );
  const arriving: ArrivingReads = {
    read: () => {
      const answer = answers.shift();
      if (answer instanceof Uint8Array) return answer;
      throw answer ?? new Error("nothing more is read");
    },
    readProved: () => assert.fail("nothing is proved here"),
    expectAnew: (sha256) => log.push(`expect ${sha256}`),
  };
  return { reader: new PackReader(assets, PACK, arriving), log };
}

test("a pack is asked for by the first read, and once", () => {
  const { reader, log } = setUp([BODY, BODY]);
  assert.deepEqual(log, []);
  assert.deepEqual([reader.read(FILE), reader.read(FILE)], [BODY, BODY]);
  assert.deepEqual(log, ["ask f"]);
});

test("a pack that is damaged is asked for anew at once, one that stays so is an error", () => {
  const damaged = BODY.slice().fill(0);
  const { reader, log } = setUp([damaged, BODY, damaged]);
  assert.deepEqual(reader.read(FILE), BODY);
  assert.deepEqual(log, ["ask f", "expect f", "ask anew f"]);
  assert.throws(() => reader.read(FILE), DamagedFile);
  assert.equal(log.length, 3);
});

test("a pack that could not be fetched is asked for by the next read again", () => {
  const { reader, log } = setUp([new NotFetched("offline"), new NotFetched("offline"), BODY]);
  assert.throws(() => reader.read(FILE), NotFetched);
  assert.throws(() => reader.read(FILE), NotFetched);
  assert.deepEqual(reader.read(FILE), BODY);
  assert.deepEqual(log, ["ask f", "expect f", "ask anew f", "expect f", "ask anew f"]);
});
