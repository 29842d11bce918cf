import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { StoredFile } from "../contracts/generated.ts";
import { EnvironmentLoader } from "./environment-loader.ts";
import { KernelError } from "./kernel.ts";

const BASE = "https://host.example/notebooks/";

function stored(name: string, body: string): StoredFile {
  const sha256 = createHash("sha256").update(body).digest("hex");
  return { name, sha256, size_bytes: body.length, transfer_bytes: body.length / 2 };
}

/** A server of these paths that notes how it was asked. */
function server(bodies: Record<string, (cache: RequestCache) => string>) {
  const asked: string[] = [];
  const fetch = async (input: URL | RequestInfo, init?: RequestInit): Promise<Response> => {
    const path = String(input).slice(BASE.length);
    asked.push(`${init?.cache} ${path}`);
    const body = bodies[path];
    return body ? new Response(body(init?.cache ?? "default")) : new Response("", { status: 404 });
  };
  return { asked, loader: new EnvironmentLoader({ base: BASE, fetch }) };
}

const ignore = (): void => undefined;

test("files are delivered whole, below the base address, and progress counts what travelled", async () => {
  const file = stored("a b.whl", "0123456789");
  const { asked, loader } = server({ [`store/${file.sha256}/a%20b.whl`]: () => "0123456789" });
  const got: string[] = [];
  const progress: object[] = [];
  await loader.load(
    [file],
    (_, body) => got.push(new TextDecoder().decode(body as Uint8Array)),
    (p) => progress.push(p),
  );
  assert.deepEqual(got, ["0123456789"]);
  assert.deepEqual(progress.at(-1), { doneBytes: 5, totalBytes: 5 });
  assert.deepEqual(asked, [`default store/${file.sha256}/a%20b.whl`]);
});

test("a damaged cache entry is fetched once more past the cache", async () => {
  const file = stored("a.whl", "good");
  const { asked, loader } = server({
    [`store/${file.sha256}/a.whl`]: (cache) => (cache === "reload" ? "good" : "evil"),
  });
  const progress: { doneBytes: number }[] = [];
  await loader.load([file], ignore, (p) => progress.push(p));
  assert.equal(asked.length, 2);
  assert.equal(progress.at(-1)?.doneBytes, 2);
});

test("what is kept is handed on unread, and dropped once it proves damaged", async () => {
  const file = stored("a.whl", "good");
  const kept = new Blob(["evil"]);
  const dropped: string[] = [];
  const asked: unknown[] = [];
  const loader = new EnvironmentLoader({
    base: BASE,
    fetch: async (_, init) => {
      asked.push(init?.cache);
      return new Response("good");
    },
    kept: { read: async () => kept, drop: async (address) => void dropped.push(address.href) },
  });
  const got: unknown[] = [];
  await loader.load([file], (_, body) => got.push(body), ignore);
  assert.deepEqual([got, asked], [[kept], []]);
  assert.deepEqual(await loader.loadAnew(file), new TextEncoder().encode("good"));
  assert.deepEqual([dropped, asked], [[`${BASE}store/${file.sha256}/a.whl`], ["reload"]]);
});

test("an optional file that cannot be had is no reason to fail", async () => {
  const missing = stored("missing", "3");
  const { loader } = server({});
  const got: unknown[] = [];
  await loader.load([{ ...missing, optional: true }], (_, body) => got.push(body), ignore);
  assert.ok(got[0] instanceof KernelError);
});

for (const body of ["evil", "longer than it says", "sho"]) {
  test(`a file that stays wrong (${JSON.stringify(body)}) is refused by name`, async () => {
    const file = stored("numpy.whl", "good");
    const { loader } = server({ [`store/${file.sha256}/numpy.whl`]: () => body });
    await assert.rejects(loader.load([file], ignore, ignore), (error: KernelError) => {
      assert.equal(error.body.code, "hash_mismatch");
      assert.match(error.body.message, /numpy\.whl/);
      return true;
    });
  });
}

test("an environment that is not built is said to be missing, with what to do", async () => {
  const { loader } = server({});
  await assert.rejects(loader.describe("science"), (error: KernelError) => {
    assert.equal(error.body.code, "environment_missing");
    assert.match(error.body.hint ?? "", /env build/);
    return true;
  });
});

test("a broken connection is a download_failed with the file's name", async () => {
  const fetch = async (): Promise<Response> => {
    throw new TypeError("Failed to fetch");
  };
  const loader = new EnvironmentLoader({ base: BASE, fetch });
  await assert.rejects(loader.load([stored("a.whl", "x")], ignore, ignore), (error: KernelError) => {
    assert.equal(error.body.code, "download_failed");
    return true;
  });
});
