/** Acts on all of them, `most` at a time, and waits for all. Rejects with the first that fails. */
export async function fewAtATime<T>(
  all: readonly T[],
  most: number,
  act: (one: T, index: number) => Promise<unknown>,
): Promise<void> {
  const left = [...all.entries()];
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) await act(next[1], next[0]);
  };
  await Promise.all(Array.from({ length: most }, work));
}
