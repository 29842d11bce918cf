/** The hash by which files and blobs are named on the wire: SHA-256 in hexadecimal. */
export async function sha256Of(body: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
