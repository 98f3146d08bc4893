/** The middle of some numbers and how far they spread. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** Undefined for no number at all. Of an even number of them the median is between the two in the middle. */
export function spreadOf(numbers: readonly number[]): Spread | undefined {
  if (numbers.length === 0) return undefined;
  const sorted = [...numbers].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const median =
    sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}

/**
 * The ratio of two medians; its spread is that of the ratios round by round, in each of which both saw the same computer.
 * Undefined where one was never measured, or the divisor is nothing.
 */
export function ratioOf(
  dividends: ReadonlyMap<number, number>,
  divisors: ReadonlyMap<number, number>,
): Spread | undefined {
  const dividend = spreadOf([...dividends.values()]);
  const divisor = spreadOf([...divisors.values()]);
  if (!dividend || !divisor || divisor.median === 0) return undefined;
  const median = dividend.median / divisor.median;
  const ofRounds = [...dividends].flatMap(([round, value]) => {
    const other = divisors.get(round);
    return other === undefined || other === 0 ? [] : [value / other];
  });
  const { min, max } = spreadOf(ofRounds) ?? { min: median, max: median };
  return { median, min: Math.min(min, median), max: Math.max(max, median) };
}
