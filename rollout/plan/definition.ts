/**
 * What `rollout.yaml` says, once it is known to be right: stages, each a stack of the program, in waves, with the gates that a
 * change passes on its way. Everything is filled in: defaults are decided where the file is read.
 */

/** A whole rollout. */
export interface RolloutDefinition {
  /** How reports call it. The project's name by default. */
  name: string;
  /** Stages by name, in the order of the file. */
  stages: Record<string, StageDefinition>;
  /** Names of stages: those of one wave run side by side, each wave after the one before. One stage a wave by default. */
  waves: string[][];
}

/** A stage: one stack, and what a change has to pass there. */
export interface StageDefinition {
  name: string;
  /** Name of the stack. The stage's own by default. */
  stack: string;
  /** Folder of the Pulumi project, relative to the file's own. The file's own by default. */
  project: string;
  /**
   * Variables for this stage's engine and program, by name: each takes its value from the variable of the caller that is named here, so
   * that credentials and backends differ by stage and no value of them stands in the file. None by default.
   */
  environment: Record<string, string>;
  /** Rings of the stage's lab, in their order; undefined where the stack's own configuration decides. */
  rings?: RingDefinition[];
  gates: GatesDefinition;
  /** What becomes of a rollout that finds another one at work on the stack. `stop` by default. */
  whenLocked: "stop" | "wait";
  /** How long one that waits waits, in seconds. 3600 by default. */
  lockTimeoutSeconds: number;
}

/** A part of a lab that a change reaches before the next part: people with all their machines, or single machines, by key. */
export interface RingDefinition {
  name: string;
  people?: string[];
  machines?: string[];
}

/** What a change has to pass in a stage, in this order. */
export interface GatesDefinition {
  /** How long ago the stages of the wave before may have succeeded, in seconds; undefined where any success will do. */
  freshnessSeconds?: number;
  preview: PreviewGate;
  /** Folders of policy packs, relative to the project, that the preview and the update have to pass. None by default. */
  policyPacks: string[];
  /** Who has to agree, after the preview and before the update. Nobody by default. */
  approval?: ApprovalGate;
  /** Whether the lab's own proof is asked of the machines after the update, whatever the update says. True by default. */
  proof: boolean;
  /** A command of the user's that has to end with 0 after the proof. None by default. */
  command?: CommandGate;
  /** How long the stage has to stay healthy, in seconds, before the next wave; the proof is asked again at the end. 0 by default. */
  soakSeconds: number;
}

/** How much a preview may plan to take away. */
export interface PreviewGate {
  /** How many machines may be replaced. 0 by default. */
  replacedMachines: number;
  /** How many machines may be deleted. 0 by default. */
  deletedMachines: number;
  /** Keys of machines that may be replaced or deleted and do not count. None by default. */
  allowedMachines: string[];
}

export interface ApprovalGate {
  /** Who may agree, by the names that approvals are recorded under; anybody where the list is empty. */
  approvers: string[];
  /** How long an approval holds, in seconds. 86400 (a day) by default. */
  validSeconds: number;
}

export interface CommandGate {
  /** Program and arguments; no shell reads them. */
  run: string[];
  /** How long it may take, in seconds. 600 by default. */
  timeoutSeconds: number;
}
