/**
 * A function of a text that remembers its results: for what depends on the text alone and is asked again and again, such as the
 * parts of an address. Forgets them all when it knows `most`, so that it cannot grow without end.
 */
export function remembered<T>(compute: (text: string) => T, most = 20_000): Remembered<T> {
  const results = new Map<string, T>();
  const ask = (text: string): T => {
    const known = results.get(text);
    if (known !== undefined || results.has(text)) return known as T;
    const result = compute(text);
    if (results.size >= most) results.clear();
    results.set(text, result);
    return result;
  };
  return Object.assign(ask, { forget: () => results.clear() });
}

export interface Remembered<T> {
  (text: string): T;
  /** To be called when something else that the results depend on has changed. */
  forget(): void;
}
