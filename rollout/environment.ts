import type { RolloutDefinition, StageDefinition } from "./plan/definition";

/** A stage's variables that cannot be given, each as a sentence. */
export class MissingVariablesError extends Error {
  constructor(readonly findings: readonly string[]) {
    super(findings.join("\n"));
    this.name = "MissingVariablesError";
  }
}

/**
 * The variables for a stage's engine and program, to be laid over the caller's: those of its mapping. What other stages take theirs
 * from, and this one does not, is undefined: so that the credentials of one stage are not given to the program of another. Throws
 * a {@link MissingVariablesError} that names both names, and never a value, where the caller has not set what a variable is taken from.
 */
export function stageEnvironment(
  stage: StageDefinition,
  { stages }: Pick<RolloutDefinition, "stages">,
  caller: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const own = Object.entries(stage.environment);
  const missing = own.filter(([, source]) => caller[source] === undefined);
  if (missing.length > 0) {
    throw new MissingVariablesError(
      missing.map(
        ([name, source]) =>
          `stages.${stage.name}.environment.${name}: takes its value from ${source}, which is not set`,
      ),
    );
  }
  const kept = new Set(own.flat());
  const foreign = Object.values(stages)
    .flatMap(({ environment }) => Object.values(environment))
    .filter((name) => !kept.has(name));
  return {
    ...Object.fromEntries(foreign.map((name) => [name, undefined])),
    ...Object.fromEntries(own.map(([name, source]) => [name, caller[source]])),
  };
}
