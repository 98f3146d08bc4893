import type { Machine } from "../machine";

/** How far the machine's clock is ahead of the asker's, as the field of a report; none where nobody said what time it is. */
export function clockOffset(
  machine: Machine,
  now: string | undefined,
): { clockOffsetSeconds?: number } {
  if (now === undefined) return {};
  // Where a test let time pass, it passed for the asker too, whose program does not know.
  const asker = Date.parse(now) + machine.environment.ahead();
  return { clockOffsetSeconds: Math.round((machine.now() - asker) / 1000) };
}
