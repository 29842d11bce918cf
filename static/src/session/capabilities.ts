/** What each capability means to a person, what stands in for it when it is missing, and whether it is there. */
import type { Capability } from "../contracts/generated.ts";

export type CapabilityName = Capability["name"];

export interface CapabilityWords {
  /** What the person can do with it. */
  words: string;
  /** What happens without it, and what to do. */
  fallback: string;
}

export const CAPABILITIES: Record<CapabilityName, CapabilityWords> = {
  isolation: {
    words: "The kernel runs apart from this page and cannot reach your other data.",
    fallback:
      "This browser cannot set the kernel apart, so it is not started. Use a current Chrome, Edge, Firefox or Safari.",
  },
  interrupt: {
    words: "Stop ends the running cell and keeps your variables.",
    fallback: "Stop restarts the kernel here, and variables are lost; saved cells and files stay.",
  },
  input: {
    words: "input() and getpass() ask you for a line.",
    fallback:
      "input() is not available in this browser: set the value in a variable instead, or use a current browser.",
  },
  blocking_wait: {
    words: "time.sleep() waits without holding up the kernel.",
    fallback: "time.sleep() holds the kernel for the whole time; await asyncio.sleep() does not.",
  },
  blocking_http: {
    words: "requests, urllib3 and pandas can read from the network.",
    fallback: "Only await pyodide.http.pyfetch() can read from the network in this browser.",
  },
  persistent_files: {
    words: "Files in the working folder are kept in this browser.",
    fallback:
      "Files are gone when this page closes: this browser lets the page store nothing. Download what you need.",
  },
  package_index: {
    words: "%pip install and missing imports fetch packages.",
    fallback: "No package index can be reached: only packages of the environment can be imported.",
  },
  offline: {
    words: "This app works without a connection.",
    fallback:
      "This app needs a connection: the browser allows no service worker here (private window, or no https).",
  },
  snapshot: {
    words: "The kernel is restored from a snapshot and is ready in about a second.",
    fallback: "The kernel boots from scratch and needs some seconds.",
  },
  rooms: {
    words: "Others can edit this notebook with you.",
    fallback: "There is no relay to share by: open the notebook at one (wasm-runtime serve).",
  },
  gateway: {
    words: "Sites that let no other page read them are read through the relay.",
    fallback: "Sites that let no other page read them (CORS) cannot be read.",
  },
  ai: {
    words: "AI models can be asked, by keys that stay at the relay.",
    fallback: "There are no AI models here: whoever runs the relay can add a provider (docs/ai.md).",
  },
};

/** Whether any of the providers declared `name`. */
export function can(name: CapabilityName, declared: readonly Capability[]): boolean {
  return declared.some((capability) => capability.name === name);
}

/** The sentence to show for `name`: what it does, or what happens without it. */
export function explain(name: CapabilityName, declared: readonly Capability[]): string {
  return can(name, declared) ? CAPABILITIES[name].words : CAPABILITIES[name].fallback;
}
