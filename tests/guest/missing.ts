/**
 * What tests do where this computer lacks a tool that they need: by hand they are skipped by name; in CI they fail, since a
 * run that is green because nothing ran hides a missing step of its installation.
 */

type Environment = Record<string, string | undefined>;

/** Whether the environment variable CI is set, as every CI service sets it. */
export function isCI(environment: Environment = process.env): boolean {
  return !["", "0", "false"].includes((environment.CI ?? "").toLowerCase());
}

/** Throws in CI where something is missing; `missing` says what, one line. */
export function refuseInCI(missing: string, environment: Environment = process.env): void {
  if (!isCI(environment)) return;
  throw new Error(
    `This computer has ${missing}. The environment variable CI is set, so nothing is skipped: install it.`,
  );
}

/** In a hook or a test: skips it where something is missing, and says so; in CI it fails. */
export function skipWithout(context: Mocha.Context, missing: string): never;
export function skipWithout(context: Mocha.Context, missing: string | undefined): void;
export function skipWithout(context: Mocha.Context, missing: string | undefined): void {
  if (missing === undefined) return;
  refuseInCI(missing);
  console.warn(`    SKIPPED: this computer has ${missing}`);
  context.skip();
}

/** In a suite: stands for its tests where something is missing; in CI it fails. */
export function itNeeds(title: string, missing: string): void {
  if (isCI()) it(title, () => refuseInCI(missing));
  else it.skip(`${title} (not run: ${missing})`);
}
