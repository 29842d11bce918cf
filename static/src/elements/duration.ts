/** Times and sizes in words short enough for a margin. */

/** "40 ms", "1.2 s", "3 min 5 s". */
export function readableDuration(seconds: number): string {
  if (seconds < 0.0995) return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** "512 B", "1.4 kB", "12 MB". */
export function readableSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB"];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** "just now", "5 minutes ago", "yesterday", or the date. */
export function readableTime(time: Date, now: Date = new Date()): string {
  const minutes = Math.round((now.getTime() - time.getTime()) / 60_000);
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  if (minutes < 1) return "just now";
  if (minutes < 60) return words.format(-minutes, "minute");
  if (minutes < 24 * 60) return words.format(-Math.round(minutes / 60), "hour");
  if (minutes < 7 * 24 * 60) return words.format(-Math.round(minutes / 1440), "day");
  return time.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
}
