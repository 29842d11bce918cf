/** Roles, links and their ends in words. */
import type { Link, RoomStatus } from "../contracts/generated.ts";

export type Role = RoomStatus["role"];
export type LinkRole = Link["role"];

interface RoleWords {
  name: string;
  /** Of a link that gives the role. */
  link: string;
  /** To whoever has it. */
  you: string;
  /** When somebody tries more; empty where nothing is refused. */
  refusal: string;
  /** Always on the page of whoever has it. */
  short: string;
}

export const ROLE_WORDS: Readonly<Record<Role, RoleWords>> = {
  viewer: {
    name: "Viewer",
    link: "May read",
    you: "You may read this notebook.",
    refusal: "You may read this notebook, not change or run it.",
    short: "Read only",
  },
  runner: {
    name: "Runner",
    link: "May read and run",
    you: "You may read this notebook and run its cells.",
    refusal: "You may run this notebook, not change it.",
    short: "Read and run",
  },
  editor: { name: "Editor", link: "May edit", you: "You may edit this notebook.", refusal: "", short: "" },
  owner: { name: "Owner", link: "Owns", you: "You own this notebook.", refusal: "", short: "" },
};

const HOUR = 3600;
const DAY = 24 * HOUR;

export const LINK_ENDS = [
  { seconds: 7 * DAY, words: "for a week" },
  { seconds: DAY, words: "for a day" },
  { seconds: HOUR, words: "for an hour" },
  { seconds: 0, words: "until revoked" },
] as const;

/** Both in seconds since 1970. */
export function endWords(expiresAt: number | null, now: number): string {
  if (expiresAt === null) return "until revoked";
  const left = expiresAt - now;
  if (left <= 0) return "has ended";
  const [count, unit] =
    left < HOUR ? [left / 60, "minute"] : left < DAY ? [left / HOUR, "hour"] : [left / DAY, "day"];
  const whole = Math.ceil(count);
  return `for ${whole} ${unit}${whole === 1 ? "" : "s"} more`;
}
