import * as fs from "node:fs";
import * as path from "node:path";
import { Stack as EngineStack } from "@pulumi/pulumi/automation";
import { openPulumi, type Pulumi } from "../engine/pulumi";
import { openStack, PulumiError, type Stack } from "../lab/stack";
import { openWorkspace } from "../lab/workspace";
import { parse } from "yaml";
import type { RolloutContext } from "./context";
import { stageEnvironment } from "./environment";
import { readInputs } from "./inputs";
import type { StageDefinition } from "./plan/definition";
import type { Inputs } from "./plan/record";

/** A stage whose stack is there. */
export interface Stage {
  name: string;
  definition: StageDefinition;
  /** Folder of the Pulumi project, absolute. */
  project: string;
  /** The project's name. */
  projectName: string;
  /** The stack's configuration file, absolute. It need not be there. */
  configurationFile: string;
  /** The whole environment of the stage's engine and program. Holds secrets; a variable that is undefined is not given. */
  environment: NodeJS.ProcessEnv;
  /** The stack as the verbs of a lab take it. */
  lab: Stack;
  /** The stack as the Automation API drives it. */
  engine: EngineStack;
  /** The CLI in the project's folder, for what neither has. */
  pulumi: Pulumi;
  /** Everything that decides what an update does now. */
  inputs(): Promise<Inputs>;
}

/** A stage that is not as it has to be. The message says where, and what to do. */
export class StageError extends Error {
  constructor(stage: string, reason: string) {
    super(`stages.${stage}: ${reason}`);
    this.name = "StageError";
  }
}

/** A stage whose backend cannot be asked: nothing is known of it. */
export class StageUnknownError extends Error {
  constructor(stage: string, reason: string) {
    super(`stages.${stage}: the backend cannot be asked: ${reason}`);
    this.name = "StageUnknownError";
  }
}

export interface OpenStageOptions {
  /** Another folder of the program, absolute, with configuration files of its own; the definition's by default. */
  project?: string;
  /** Further variables of the program. */
  variables?: Readonly<Record<string, string>>;
}

/**
 * Opens a stage. Throws a `MissingVariablesError` where a variable of its mapping is not set, a {@link StageError} where there is no
 * such project or stack, and a {@link StageUnknownError} where the backend does not answer.
 */
export async function openStage(
  context: Pick<RolloutContext, "definition" | "folder" | "environment" | "report">,
  name: string,
  { project: folder, variables }: OpenStageOptions = {},
): Promise<Stage> {
  const definition = context.definition.stages[name];
  const project = folder ?? path.resolve(context.folder, definition.project);
  if (!fs.existsSync(path.join(project, "Pulumi.yaml"))) {
    throw new StageError(name, `there is no Pulumi.yaml in ${project}`);
  }
  const caller = {
    ...context.environment,
    ...stageEnvironment(definition, context.definition, context.environment),
    ...variables,
  };
  const lab = await openStack({
    stack: definition.stack,
    project,
    environment: caller,
    report: context.report,
  }).catch((error: Error) => {
    if (error instanceof PulumiError) throw new StageUnknownError(name, inOneLine(error.message));
    const make = `pulumi stack init ${definition.stack} in ${project} makes it`;
    throw new StageError(name, `there is no stack ${definition.stack}; ${make}`);
  });
  const configurationFile = path.join(configurationFolder(project), fileOf(definition.stack));
  return {
    name,
    definition,
    project,
    projectName: lab.project,
    configurationFile,
    environment: lab.environment,
    lab,
    engine: await EngineStack.select(
      definition.stack,
      await openWorkspace(project, lab.environment),
    ),
    pulumi: openPulumi(lab.environment, project),
    inputs: () => readInputs(project, configurationFile),
  };
}

/** The stack's configuration file: an organisation and a project before the name are no part of its own. */
function fileOf(stack: string): string {
  return `Pulumi.${stack.slice(stack.lastIndexOf("/") + 1)}.yaml`;
}

function configurationFolder(project: string): string {
  const { stackConfigDir } = (parse(fs.readFileSync(path.join(project, "Pulumi.yaml"), "utf8")) ??
    {}) as { stackConfigDir?: unknown };
  return typeof stackConfigDir === "string" ? path.join(project, stackConfigDir) : project;
}

/** The engine's words without its line breaks. */
export function inOneLine(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(" ");
}
