/** The environments' files as this browser keeps them: named by their hash, and proved before they are kept. */
import { sha256 } from "./manifest.ts";
import { withPageHeaders } from "./page-headers.ts";

export const STORE_CACHE = "store";

/** Keep the body of `response` below `address` if it has this hash. Throws when it has another. */
export async function keepProved(
  cache: Pick<Cache, "put">,
  address: string,
  wanted: string,
  response: Response,
): Promise<void> {
  const body = await response.arrayBuffer();
  if ((await sha256(body)) !== wanted) throw new Error(`${address}: its hash differs`);
  await cache.put(address, new Response(body, { headers: withPageHeaders(address, response.headers) }));
}

/**
 * The kept files, as blobs that stay on disk until they are read. One may have been damaged since it was
 * kept: whoever uses it checks it.
 *
 * The page reads the cache itself: through the service worker the same bytes take twice as long.
 */
export const keptFiles = {
  async read(address: URL): Promise<Blob | null> {
    const response = await globalThis.caches?.match(address, { cacheName: STORE_CACHE });
    return response ? response.blob() : null;
  },
  async drop(address: URL): Promise<void> {
    const cache = await globalThis.caches?.open(STORE_CACHE);
    await cache?.delete(address);
  },
};
