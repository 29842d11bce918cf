/** Installs for a run, in words. */
import type { PackageProgress } from "../contracts/generated.ts";
import type { Notice } from "./notice.ts";

const PACKAGE_WORDS: Record<PackageProgress["state"], string> = {
  looking: "Looking for",
  downloading: "Downloading",
  installing: "Installing",
  installed: "Installed",
  failed: "Could not install",
};

/** The same topic for all steps of one install, so that each replaces the one before. */
export function packageNotice({ package: name, state, detail = "" }: PackageProgress): Notice {
  const level = state === "failed" ? "error" : "info";
  return { level, message: `${PACKAGE_WORDS[state]} ${name}`, hint: detail, topic: `package:${name}` };
}
