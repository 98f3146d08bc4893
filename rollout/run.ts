/** What is around every verb of `npm run rollout`: command line, rollout.yaml, progress, reports, exit code. */
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { oneOf, received } from "../components/plan/findings";
import { nearest } from "../components/plan/nearest";
import { readArguments, UsageError, type RolloutOptions, type Verb } from "./arguments";
import { exitCodes, type ExitCode, type RolloutContext } from "./context";
import { helpText } from "./help";
import type { RolloutDefinition } from "./plan/definition";
import { rolloutReport } from "./plan/jsonReport";
import { markdownReport } from "./plan/markdownReport";
import { maskedEvent, masking } from "./plan/mask";
import type { RolloutEvent } from "./plan/progress";
import { describePlaced, readRollout } from "./plan/readRollout";
import { summaryText } from "./plan/summary";
import { showProgress, type Screen } from "./progress";

/** What each verb does. */
export type Verbs = Readonly<Record<Verb, (context: RolloutContext) => Promise<ExitCode>>>;

/** The computer around it; another one in tests. */
export interface Surroundings {
  environment: NodeJS.ProcessEnv;
  /** Folder in which paths of the command line are. */
  folder: string;
  /** For results. */
  output: Screen;
  /** For what goes on meanwhile, and for errors. */
  screen: Screen;
  /** Whether somebody can answer. */
  hasKeyboard: boolean;
  now(): Date;
  /** Aborted when the process is asked to end. */
  signal: AbortSignal;
}

/** Runs the verb that the command line names. Never throws: what is wrong is said, and is in the exit code. */
export async function runRollout(
  args: readonly string[],
  verbs: Verbs,
  around: Surroundings,
): Promise<ExitCode> {
  try {
    const options = readArguments(args);
    if ("help" in options) {
      around.output.write(`${helpText(options.help)}\n`);
      return exitCodes.done;
    }
    const file = path.resolve(around.folder, options.file);
    const definition = readFile(file, options, around.screen);
    checkStages(options, definition);
    checkReports(options, around.folder);
    return await runVerb(options, verbs[options.verb], definition, path.dirname(file), around);
  } catch (error) {
    around.screen.write(`${(error as Error).message}\n`);
    return error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
  }
}

async function runVerb(
  options: RolloutOptions,
  verb: Verbs[Verb],
  definition: RolloutDefinition,
  folder: string,
  around: Surroundings,
): Promise<ExitCode> {
  const { environment, screen, now, signal } = around;
  const mask = masking(definition, environment);
  const progress = showProgress({ screen, environment, now });
  const interactive =
    around.hasKeyboard && screen.isTTY === true && !environment.CI && !options.yes;
  const emit: RolloutContext["emit"] = (event) => {
    progress.tell(
      maskedEvent({ ...event, at: event.at ?? now().toISOString() } as RolloutEvent, mask),
    );
  };
  let exitCode: ExitCode = exitCodes.failed;
  try {
    exitCode = await verb({
      definition,
      folder,
      options,
      environment,
      emit,
      report: (message) => progress.say(mask(message)),
      now,
      interactive,
      ask: (question) => (interactive ? progress.ask(question, signal) : Promise.resolve("")),
      signal,
    });
  } catch (error) {
    exitCode = error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
    progress.say(mask((error as Error).message));
  } finally {
    if (progress.view.begunAt !== undefined) emit({ kind: "end", exitCode });
    progress.end();
    writeReports(options, progress.view, around);
  }
  return exitCode;
}

function writeReports(
  options: RolloutOptions,
  view: Parameters<typeof rolloutReport>[0],
  { folder, output }: Surroundings,
): void {
  if (options.json !== undefined) {
    const text = JSON.stringify(rolloutReport(view), undefined, 2);
    fs.writeFileSync(path.resolve(folder, options.json), `${text}\n`);
  }
  if (options.markdown !== undefined) {
    fs.writeFileSync(path.resolve(folder, options.markdown), markdownReport(view, options));
  }
  if (view.stages.length > 0) output.write(`\n${summaryText(view, options)}\n`);
}

/** Throws where the file is not there, or is wrong; what it only warns of is said. */
function readFile(file: string, options: RolloutOptions, screen: Screen): RolloutDefinition {
  const text = textOf(file);
  if (text === undefined) {
    throw new UsageError(
      `There is no file ${options.file}, which says the stages of the rollout; --file names another one, and docs/rollout.md says what is in it.`,
    );
  }
  const { definition, findings } = readRollout(text, {
    projectName: projectName(path.dirname(file)),
  });
  const described = describePlaced(options.file, findings);
  if (!definition) throw new UsageError(described);
  if (findings.length > 0) screen.write(`${described}\n`);
  return definition;
}

function projectName(folder: string): string {
  const text = textOf(path.join(folder, "Pulumi.yaml"));
  const known = text === undefined ? undefined : (parse(text) as { name?: unknown } | null);
  return typeof known?.name === "string" ? known.name : path.basename(folder);
}

function textOf(file: string): string | undefined {
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
}

/** Throws where the command line names a stage that there is not. */
function checkStages(options: RolloutOptions, { stages }: RolloutDefinition): void {
  const known = Object.keys(stages);
  const named = [options.stage, options.to, options.only, ...options.approved];
  for (const stage of named) {
    if (stage === undefined || known.includes(stage)) continue;
    throw new UsageError(
      `There is no stage ${received(stage)} in ${options.file}${nearest(stage, known)}; there are ${oneOf(known)}.`,
    );
  }
}

/** Throws where a report could not be written: one is not to find that out after an hour. */
function checkReports(options: RolloutOptions, folder: string): void {
  for (const option of ["json", "markdown", "output"] as const) {
    const file = options[option];
    if (file === undefined) continue;
    const into = path.dirname(path.resolve(folder, file));
    if (!fs.existsSync(into)) {
      throw new UsageError(`--${option} is ${received(file)}, and there is no folder ${into}.`);
    }
  }
}
