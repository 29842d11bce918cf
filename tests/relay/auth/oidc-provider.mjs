// A real OpenID Connect provider, npm's oidc-provider: whoever gives a name there is that person.
// Arguments: static/package.json (whose packages are used), where clients are sent back to, the secret of one.
// Prints its issuer; ends with its stdin.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [manifest, redirectUri, secret] = process.argv.slice(2);
const entry = createRequire(manifest).resolve("oidc-provider");
const { Provider } = await import(pathToFileURL(entry));

const server = createServer().listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const client = { redirect_uris: [redirectUri], grant_types: ["authorization_code"], response_types: ["code"] };
  const provider = new Provider(issuer, {
    clients: [
      { ...client, client_id: "relay", client_secret: secret },
      { ...client, client_id: "public-relay", token_endpoint_auth_method: "none" },
    ],
    claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] },
    pkce: { required: () => true },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        name: `${id} of the provider`,
        email: `${id}@example.org`,
        email_verified: !id.startsWith("unverified"),
      }),
    }),
  });
  server.on("request", provider.callback());
  process.stdout.write(`${issuer}\n`);
});
process.stdin.resume().on("end", () => process.exit());
