/** Whole numbers from `first` to `last`, both included. */
export interface Interval {
  first: bigint;
  last: bigint;
}

/** A set of whole numbers: intervals in order that neither touch nor overlap. Empty for the empty set. */
export type Intervals = readonly Interval[];

/** The set of everything that lies in one of these, in any order. */
export function union(...parts: readonly Intervals[]): Intervals {
  const sorted = parts.flat().sort((one, other) => (one.first < other.first ? -1 : 1));
  const result: Interval[] = [];
  for (const { first, last } of sorted) {
    const end = result[result.length - 1];
    if (end && first <= end.last + 1n) {
      if (last > end.last) result[result.length - 1] = { first: end.first, last };
    } else result.push({ first, last });
  }
  return result;
}

/** What lies in both. */
export function intersection(one: Intervals, other: Intervals): Intervals {
  const result: Interval[] = [];
  for (let left = 0, right = 0; left < one.length && right < other.length;) {
    const [a, b] = [one[left], other[right]];
    const first = a.first > b.first ? a.first : b.first;
    const last = a.last < b.last ? a.last : b.last;
    if (first <= last) result.push({ first, last });
    if (a.last < b.last) left++;
    else right++;
  }
  return result;
}

/** What lies in `all` and not in `without`. */
export function difference(all: Intervals, without: Intervals): Intervals {
  const result: Interval[] = [];
  for (const { first, last } of all) {
    let next = first;
    for (const hole of without) {
      if (hole.last < next) continue;
      if (hole.first > last) break;
      if (hole.first > next) result.push({ first: next, last: hole.first - 1n });
      next = hole.last + 1n;
    }
    if (next <= last) result.push({ first: next, last });
  }
  return result;
}

export function includes(intervals: Intervals, value: bigint): boolean {
  return intervals.some(({ first, last }) => first <= value && value <= last);
}
