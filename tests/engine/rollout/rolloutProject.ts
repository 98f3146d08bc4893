import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import type { RolloutContext } from "../../../rollout/context";
import type { RolloutDefinition, StageDefinition } from "../../../rollout/plan/definition";
import type { RolloutEvent, Happening } from "../../../rollout/plan/progress";
import { openLabProject, type LabProject, type LabProjectOptions } from "../labProject";

/** A lab's program with several stacks on one stand-in, and the stages of a rollout over them. */
export interface RolloutProject {
  lab: LabProject;
  definition: RolloutDefinition;
  /** Replaces the configuration of a stage's stack. Addresses are the stage's own. */
  configure(stage: string, config: Record<string, unknown>): void;
  configurationOf(stage: string): string;
  /** What a verb is given, and everything that it tells. */
  context(
    options?: Partial<RolloutContext["options"]>,
  ): RolloutContext & { events: RolloutEvent[] };
  outputs(stage: string): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

const upOptions: RolloutContext["options"] = {
  ...{ verb: "up", file: "rollout.yaml", resume: false, yes: true, proof: false, approved: [] },
};

/** Gates that let everything pass but what fails. */
export const openGates: StageDefinition["gates"] = {
  preview: { replacedMachines: 0, deletedMachines: 0, allowedMachines: [] },
  policyPacks: [],
  proof: true,
  soakSeconds: 0,
};

/** Opens a project with a stack for each stage, one stage a wave. */
export async function openRolloutProject(
  stages: readonly string[],
  gates: Readonly<Record<string, Partial<StageDefinition["gates"]>>> = {},
  options?: LabProjectOptions,
): Promise<RolloutProject> {
  const lab = await openLabProject(undefined, options);
  for (const stage of stages) {
    const made = await lab.pulumi("stack", "init", stage);
    if (made.code !== 0) throw new Error(made.output);
  }
  const definition: RolloutDefinition = {
    name: "peerlab",
    stages: Object.fromEntries(
      stages.map((name) => [
        name,
        {
          ...{ name, stack: name, project: ".", environment: {} },
          gates: { ...openGates, ...gates[name] },
          ...{ whenLocked: "stop", lockTimeoutSeconds: 3600 },
        },
      ]),
    ),
    waves: stages.map((name) => [name]),
  };
  const fileOf = (stage: string) => path.join(lab.directory, `Pulumi.${stage}.yaml`);
  return {
    lab,
    definition,
    configure(stage, config) {
      const index = stages.indexOf(stage);
      // Of two labs with the same addresses on one stand-in only one could be reached.
      const own = {
        ipv4Space: `10.${81 + index}.0.0/16`,
        ipv6Space: `fd5a:9c2e:${(0x71b1 + index).toString(16)}::/48`,
        ...config,
      };
      const entries = Object.entries(own).map(([key, value]) => [
        key.includes(":") ? key : `peerlab:${key}`,
        value,
      ]);
      fs.writeFileSync(fileOf(stage), stringify({ config: Object.fromEntries(entries) }));
    },
    configurationOf: (stage) => fs.readFileSync(fileOf(stage), "utf8"),
    context(given = {}) {
      const events: RolloutEvent[] = [];
      return {
        events,
        definition,
        folder: lab.directory,
        options: { ...upOptions, ...given },
        environment: { ...process.env, ...lab.standIn.environment },
        emit: (event: Happening) =>
          void events.push({ at: new Date().toISOString(), ...event } as RolloutEvent),
        report: () => {},
        now: () => new Date(),
        interactive: false,
        ask: () => Promise.resolve(""),
        signal: new AbortController().signal,
      };
    },
    async outputs(stage) {
      const args = ["stack", "output", "--json", "--show-secrets", "--stack", stage];
      const { code, output } = await lab.pulumi(...args);
      if (code !== 0) throw new Error(output);
      return JSON.parse(output) as Record<string, unknown>;
    },
    close: () => lab.close(),
  };
}
