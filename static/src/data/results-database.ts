/** The browser's database of kept results: there is one, and it is a single person's. */

export const RESULTS_DATABASE = "wasm-runtime-results";

/** Whoever was here has gone: nothing of theirs stays. Resolves also where nothing was kept, or can be. */
export function forgetResults(factory: IDBFactory = indexedDB): Promise<void> {
  return new Promise((resolve) => {
    // Connections of other pages close themselves when they are told; then it succeeds.
    const request = factory.deleteDatabase(RESULTS_DATABASE);
    request.onsuccess = () => resolve();
    request.onerror = () => resolve();
  });
}
