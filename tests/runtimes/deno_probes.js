// Tries the host's own powers, as code that got past everything in front of them could.
const tries = {
  env: () => Deno.env.get("HOME"),
  read: () => Deno.readTextFileSync("/etc/hostname"),
  write: () => Deno.writeTextFileSync("written.txt", "x"),
  run: () => new Deno.Command("/bin/sh").outputSync(),
  net: () => Deno.listen({ port: 0 }),
  ffi: () => Deno.dlopen("libc.so.6", {}),
  sys: () => Deno.hostname(),
};
for (const [name, attempt] of Object.entries(tries)) {
  try {
    attempt();
    console.error(name, "GOT IT");
  } catch (error) {
    console.error(name, error.name);
  }
}
try {
  await import("https://example.com/x.js");
  console.error("import", "GOT IT");
} catch {
  console.error("import", "NotCapable");
}
console.error("end");
