/** Local storage, where the browser lets the page have it. */
export function localStorageOrNull(): Storage | null {
  try {
    return window.localStorage;
  } catch (error) {
    // Browsers that forbid storage throw at the mere mention.
    if (error instanceof DOMException) return null;
    throw error;
  }
}
