/**
 * Another name for each name, by a form that loses something: where two would be the same, or one is among those that are
 * `taken`, a number tells them apart.
 */
export function uniqueNames(
  names: readonly string[],
  form: (name: string) => string,
  taken: readonly string[] = [],
): Record<string, string> {
  const used = new Set(taken);
  return Object.fromEntries(
    names.map((name) => {
      let unique = form(name);
      for (let number = 2; used.has(unique); number++) unique = form(`${name}-${number}`);
      used.add(unique);
      return [name, unique];
    }),
  );
}
