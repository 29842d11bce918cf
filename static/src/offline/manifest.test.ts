import assert from "node:assert/strict";
import { test } from "node:test";
import { fileFor, sha256, splitBySize } from "./manifest.ts";
import { withPageHeaders } from "./page-headers.ts";

const index = { path: "index.html", sha256: "", size: 10 };
const plotly = { path: "assets/plotly.js", sha256: "", size: 4_000_000 };
const files = new Map([index, plotly].map((file) => [file.path, file]));
const base = new URL("https://example.org/docs/");

test("the base address means the index page, whatever its query", () => {
  assert.equal(fileFor(new URL("https://example.org/docs/?url=x"), base, files), index);
});

test("addresses outside the base are not the client's", () => {
  assert.equal(fileFor(new URL("https://example.org/assets/plotly.js"), base, files), undefined);
  assert.equal(fileFor(new URL("https://evil.example/docs/assets/plotly.js"), base, files), undefined);
});

test("large libraries follow after the shell", () => {
  assert.deepEqual(splitBySize([index, plotly]), { shell: [index], extras: [plotly] });
});

test("a frame stored from a host without headers is opaque and has no network", () => {
  const policy = withPageHeaders("frames/kernel.html", new Headers()).get("content-security-policy") ?? "";
  assert.match(policy, /^sandbox allow-scripts;/);
  assert.match(policy, /connect-src 'none'/);
});

test("headers that the host sent stay, those about the transfer go", () => {
  const sent = new Headers({ "content-security-policy": "default-src 'none'", "content-encoding": "br" });
  const headers = withPageHeaders("index.html", sent);
  assert.equal(headers.get("content-security-policy"), "default-src 'none'");
  assert.equal(headers.has("content-encoding"), false);
});

test("a hash is sixty-four hexadecimal digits", async () => {
  const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  assert.equal(await sha256(new ArrayBuffer(0)), empty);
});
