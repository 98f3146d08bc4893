/** What is said of each key of rollout.yaml, in editors and in docs/rollout.md. */

/** One key. */
export interface KeyDescription {
  /** Its path below a stage or the file; `*` is any name, `[]` any entry. */
  key: string;
  /** In prose; absent where there is none. */
  defaultValue?: string;
  text: string;
}

/** Keys of the file. */
export const fileKeys: readonly KeyDescription[] = [
  { key: "name", defaultValue: "the project's name", text: "How reports call the rollout." },
  {
    key: "defaults",
    defaultValue: "none",
    text: "What every stage has unless it says otherwise: environment, gates, whenLocked, lockTimeout. Maps are joined key by key, lists are not.",
  },
  { key: "stages", text: "Stages by name, in their order; each is a stack of the program." },
  {
    key: "waves",
    defaultValue: "one stage each",
    text: "Lists of stages: those of one wave run side by side, each wave after the one before. Every stage once.",
  },
];

/** Keys of a stage. */
export const stageKeys: readonly KeyDescription[] = [
  { key: "stack", defaultValue: "the stage's name", text: "Name of the stack." },
  {
    key: "project",
    defaultValue: ".",
    text: "Folder of the Pulumi project, relative to the file's own.",
  },
  {
    key: "environment",
    defaultValue: "none",
    text: "Variables for the stage's engine and program, by name: each takes its value from the variable of yours that is named, so that credentials and backends differ by stage and no value stands in the file.",
  },
  {
    key: "rings",
    defaultValue: "the stack's own",
    text: "Parts of the stage's lab in the order in which a change reaches them; machines that no ring names come last. They are written into the stack's configuration.",
  },
  { key: "rings[].name", text: "Name of the ring: lower-case letters, digits and hyphens." },
  {
    key: "rings[].people",
    defaultValue: "none",
    text: "Keys of people, who belong to the ring with all their machines.",
  },
  { key: "rings[].machines", defaultValue: "none", text: "Keys of single machines." },
  {
    key: "whenLocked",
    defaultValue: "stop",
    text: "What becomes of a rollout that finds another one at work on the stack: stop or wait.",
  },
  { key: "lockTimeout", defaultValue: "1h", text: "How long one that waits waits." },
  { key: "gates", defaultValue: "none", text: "What a change has to pass in the stage." },
  {
    key: "gates.freshness",
    defaultValue: "any time",
    text: "How long ago the stages of the wave before may have succeeded.",
  },
  {
    key: "gates.preview",
    defaultValue: "none",
    text: "How much the preview may plan to take away.",
  },
  {
    key: "gates.preview.replacedMachines",
    defaultValue: "0",
    text: "How many machines may be replaced.",
  },
  {
    key: "gates.preview.deletedMachines",
    defaultValue: "0",
    text: "How many machines may be deleted.",
  },
  {
    key: "gates.preview.allowedMachines",
    defaultValue: "none",
    text: "Keys of machines that may be replaced or deleted and do not count.",
  },
  {
    key: "gates.policyPacks",
    defaultValue: "none",
    text: "Folders of policy packs, relative to the project, that preview and update have to pass.",
  },
  {
    key: "gates.approval",
    defaultValue: "nobody",
    text: "That somebody has to agree, after the preview and before the update.",
  },
  {
    key: "gates.approval.approvers",
    defaultValue: "anybody",
    text: "Who may agree, by the names that approvals are recorded under.",
  },
  {
    key: "gates.approval.valid",
    defaultValue: "1d",
    text: "How long an approval holds.",
  },
  {
    key: "gates.proof",
    defaultValue: "true",
    text: "Whether the lab's own proof is asked of the machines after the update, whatever the update says.",
  },
  {
    key: "gates.command",
    defaultValue: "none",
    text: "A command of yours that has to end with 0 after the proof.",
  },
  {
    key: "gates.command.run",
    text: "Program and arguments, as a list; no shell reads them.",
  },
  { key: "gates.command.timeout", defaultValue: "10m", text: "How long it may take." },
  {
    key: "gates.soak",
    defaultValue: "0",
    text: "How long the stage has to stay healthy before the next wave; the proof is asked again at the end.",
  },
];
