/** Takes network, storage and escape hatches off the worker's global object.
 *
 * A second layer only: the boundary is the frame's opaque origin and its Content-Security-Policy.
 */

const FORBIDDEN = [
  "XMLHttpRequest",
  "WebSocket",
  "WebSocketStream",
  "WebTransport",
  "EventSource",
  "BroadcastChannel",
  "SharedWorker",
  "Worker",
  "importScripts",
  "caches",
  "indexedDB",
  "cookieStore",
  "Notification",
  "PushManager",
  "ServiceWorkerRegistration",
  "RTCPeerConnection",
  "FileSystemHandle",
  // Ends the worker without a word, which the page could not tell from a long computation.
  "close",
];
const FORBIDDEN_OF_NAVIGATOR = ["storage", "serviceWorker", "locks", "usb", "serial", "hid", "permissions"];

/** Remove the forbidden names from `scope` and from the prototypes it has them from. */
export function lockDown(scope: object): void {
  for (const name of FORBIDDEN) remove(scope, name);
  const navigator = (scope as { navigator?: object }).navigator;
  if (navigator) for (const name of FORBIDDEN_OF_NAVIGATOR) remove(navigator, name);
}

/** Take `name` off `owner` and off the prototypes it has it from. */
export function remove(owner: object, name: string): void {
  for (let holder: object | null = owner; holder; holder = Object.getPrototypeOf(holder)) {
    if (!Object.hasOwn(holder, name) || Reflect.deleteProperty(holder, name)) continue;
    Reflect.defineProperty(holder, name, { value: undefined, writable: false });
  }
}
