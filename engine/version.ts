/** The engine that is downloaded or built where none is installed, and the oldest installed one that is accepted. */
export const engineVersion = "3.230.0";

/**
 * Whether `version` (`3.230.0`, `v3.231.1-alpha.1`) is at least {@link engineVersion}. A pre-release counts as its
 * release: the parts of the protocol needed here are in it. Anything that is not a version is not accepted.
 */
export function isSupported(version: string): boolean {
  const actual = parse(version);
  const least = parse(engineVersion);
  if (!actual || !least) return false;
  for (let index = 0; index < least.length; index++) {
    if (actual[index] !== least[index]) return actual[index] > least[index];
  }
  return true;
}

function parse(version: string): number[] | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)(?:[-+].*)?$/.exec(version.trim());
  return match ? match.slice(1, 4).map(Number) : undefined;
}
