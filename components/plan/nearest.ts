/** ` (did you mean "x"?)` where a known key is close. */
export function nearest(key: string, known: readonly string[]): string {
  const close = known
    .map((candidate) => ({
      candidate,
      distance: distance(key.toLowerCase(), candidate.toLowerCase()),
    }))
    .filter((entry) => entry.distance <= Math.max(2, Math.floor(entry.candidate.length / 3)))
    .sort((one, other) => one.distance - other.distance)[0];
  return close ? ` (did you mean ${JSON.stringify(close.candidate)}?)` : "";
}

function distance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const cost = one[row - 1] === other[column - 1] ? 0 : 1;
      current[column] = Math.min(
        previous[column] + 1,
        current[column - 1] + 1,
        previous[column - 1] + cost,
      );
    }
    previous = current;
  }
  return previous[other.length];
}
