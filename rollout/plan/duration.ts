const seconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** How a duration may be written, but for a number of seconds. */
export const durationPattern = "^[0-9]+(s|m|h|d)$";

/** `30m`, `12h`, `1d`, `90s` or a number of seconds as seconds; undefined for anything else. */
export function secondsOf(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : undefined;
  const [, count, unit] = /^([0-9]{1,9})([smhd])$/.exec(String(value)) ?? [];
  return typeof value === "string" && count !== undefined
    ? Number(count) * seconds[unit as keyof typeof seconds]
    : undefined;
}

/** Seconds as a person writes them: `90s`, `30m`, `1h 5m`, `2d`. At most two units; what is less than the second one is left out. */
export function durationText(value: number): string {
  const parts: string[] = [];
  let left = Math.max(0, Math.floor(value));
  for (const unit of ["d", "h", "m", "s"] as const) {
    const count = Math.floor(left / seconds[unit]);
    left -= count * seconds[unit];
    if (count > 0 || (parts.length === 0 && unit === "s")) parts.push(`${count}${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ");
}
