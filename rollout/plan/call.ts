/** How a verb of `npm run rollout` is called, where somebody is told to. Pure. */

/** What the command line said that has to be said again. */
export interface GivenOptions {
  /** The rollout.yaml; not said again where it is the one that is found by itself. */
  file?: string;
  to?: string;
  only?: string;
}

/** Name of the rollout.yaml that is found by itself. */
const defaultFile = "rollout.yaml";

/** The whole command, with the file where that has to be named. */
export function rolloutCall(words: string, { file }: Pick<GivenOptions, "file"> = {}): string {
  return `npm run rollout -- ${words}${file === undefined || file === defaultFile ? "" : ` --file ${quoted(file)}`}`;
}

/** The same of `up`, for the stages that were chosen. */
export function upCall(given: GivenOptions, ...options: string[]): string {
  const { to, only } = given;
  const chosen = [
    ...(to === undefined ? [] : ["--to", to]),
    ...(only === undefined ? [] : ["--only", only]),
  ];
  return rolloutCall(["up", ...chosen, ...options].join(" "), given);
}

/** An argument as a shell takes it. */
function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
