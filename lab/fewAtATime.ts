/** Acts on all of them, `most` at a time, and gives the results in their order. Rejects with the first that fails. */
export async function fewAtATime<T, Result>(
  all: readonly T[],
  most: number,
  act: (one: T, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = new Array(all.length);
  const left = [...all.entries()];
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const [index, one] = next;
      results[index] = await act(one, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, all.length) }, work));
  return results;
}
