import type { Machine } from "../machine";

/** How far the machine's clock is ahead of the asker's, as the field of a report; none where nobody said what time it is. */
export function clockOffset(
  machine: Machine,
  now: string | undefined,
): { clockOffsetSeconds?: number } {
  if (now === undefined) return {};
  return { clockOffsetSeconds: Math.round((machine.now() - Date.parse(now)) / 1000) };
}
