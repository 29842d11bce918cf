/** Pins of a notebook (`name==version`) beside the packages that an environment has. */
import type { InstalledWheel } from "../contracts/generated.ts";

/** As PEP 503 compares names. */
export function normalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

/** The name in a requirement such as `pandas[excel]>=2`. */
export function nameOf(requirement: string): string {
  return normalName(/^[\w.-]+/.exec(requirement.trim())?.[0] ?? "");
}

/** The requirements that the wheels do not meet for certain: an installer looks at those. */
export function unmet(
  requirements: readonly string[],
  wheels: readonly Pick<InstalledWheel, "name" | "version">[],
): string[] {
  const pins = new Set(wheels.map(({ name, version }) => `${normalName(name)}==${version}`));
  return requirements.filter((requirement) => {
    const [name = "", version] = requirement.split("==");
    return version === undefined || !pins.has(`${normalName(name)}==${version}`);
  });
}

/** `requirements` with those of the same packages replaced by exact pins. */
export function pinned(
  requirements: readonly string[],
  packages: readonly { name: string; version: string }[],
): string[] {
  const names = new Set(packages.map(({ name }) => normalName(name)));
  const others = requirements.filter((requirement) => !names.has(nameOf(requirement)));
  return [...others, ...packages.map(({ name, version }) => `${name}==${version}`)];
}
