/** Texts of a rollout.yaml that are wrong, each with every line that is said of it. */
export interface Mistake {
  name: string;
  text: string;
  findings: string[];
}

const lines = (...text: string[]) => text.join("\n");

/** Of its form: YAML, keys, and kinds of values. */
export const mistakesOfForm: readonly Mistake[] = [
  {
    name: "YAML that is none",
    text: "stages: [dev",
    findings: [
      "rollout.yaml:1:13 the file is no YAML that is read here: Flow sequence in block collection must be sufficiently indented and end with a ] [ROLLOUT-YAML]",
    ],
  },
  {
    name: "a tag that nobody knows",
    text: "stages: !secret {dev: {}}",
    findings: [
      "rollout.yaml:1:9 the file is no YAML that is read here: Unresolved tag: !secret [ROLLOUT-YAML]",
    ],
  },
  {
    name: "an alias without its anchor",
    text: "stages: *all",
    findings: [
      "rollout.yaml:1:1 the file is no YAML that is read here: Unresolved alias (the anchor must be set before the alias): all [ROLLOUT-YAML]",
    ],
  },
  {
    name: "several documents",
    text: lines("stages: {dev: {}}", "---", "stages: {prod: {}}"),
    findings: [
      "rollout.yaml:2:1 the file is no YAML that is read here: Source contains multiple documents [ROLLOUT-YAML]",
    ],
  },
  {
    name: "a key that stands twice",
    text: lines("stages:", "  dev: {}", "  prod: {}", "  dev: {stack: other}"),
    findings: ["rollout.yaml:4:3 stages.dev: stands here a second time [ROLLOUT-YAML]"],
  },
  {
    name: "nothing",
    text: "",
    findings: [
      "rollout.yaml:1:1 stages: names no stage; a stage is a stack of the program: dev: {} [ROLLOUT-STAGES]",
    ],
  },
  {
    name: "no map",
    text: lines("- dev", "- prod"),
    findings: ["rollout.yaml:1:1 the file is a list; it must be a map [CONFIGURATION-TYPE]"],
  },
  {
    name: "no stage",
    text: "name: lab",
    findings: [
      "rollout.yaml:1:1 stages: names no stage; a stage is a stack of the program: dev: {} [ROLLOUT-STAGES]",
    ],
  },
  {
    name: "an empty map of stages",
    text: "stages: {}",
    findings: [
      "rollout.yaml:1:1 stages: names no stage; a stage is a stack of the program: dev: {} [ROLLOUT-STAGES]",
    ],
  },
  {
    name: "unknown keys, wherever",
    text: lines(
      "nmae: lab",
      "stages:",
      "  dev:",
      "    stak: dev",
      "    gates:",
      "      preveiw: {}",
      "      command: {run: [a], shell: true}",
      "    rings: [{name: a, peple: [b], people: [b]}]",
    ),
    findings: [
      'rollout.yaml:1:1 nmae: is no known key (did you mean "name"?); known are name, defaults, stages or waves [CONFIGURATION-KEY]',
      'rollout.yaml:4:5 stages.dev.stak: is no known key (did you mean "stack"?); known are stack, project, rings, environment, gates, whenLocked or lockTimeout [CONFIGURATION-KEY]',
      'rollout.yaml:6:7 stages.dev.gates.preveiw: is no known key (did you mean "preview"?); known are freshness, preview, policyPacks, approval, proof, command or soak [CONFIGURATION-KEY]',
      "rollout.yaml:7:27 stages.dev.gates.command.shell: is no known key; known are run or timeout [CONFIGURATION-KEY]",
      'rollout.yaml:8:23 stages.dev.rings[0].peple: is no known key (did you mean "people"?); known are name, people or machines [CONFIGURATION-KEY]',
    ],
  },
  {
    name: "keys of a stage that all stages cannot have",
    text: lines("defaults: {stack: dev, rings: []}", "stages: {dev: {}}"),
    findings: [
      "rollout.yaml:1:12 defaults.stack: is no known key; known are environment, gates, whenLocked or lockTimeout [CONFIGURATION-KEY]",
      "rollout.yaml:1:24 defaults.rings: is no known key; known are environment, gates, whenLocked or lockTimeout [CONFIGURATION-KEY]",
    ],
  },
  {
    name: "values of another kind",
    text: lines(
      "name: 5",
      "waves: dev",
      "stages:",
      "  dev:",
      "    stack: 1",
      "    gates:",
      "      proof: yes please",
      "      preview: {replacedMachines: many, allowedMachines: ada-1}",
      "      policyPacks: policy",
      "      approval: {approvers: {ada: true}}",
      "  prod: [gates]",
    ),
    findings: [
      'rollout.yaml:1:1 name: is 5 (write "5"); it must be a text [CONFIGURATION-TYPE]',
      "rollout.yaml:2:1 waves: is a text (not shown); it must be a list [CONFIGURATION-TYPE]",
      'rollout.yaml:5:5 stages.dev.stack: is 1 (write "1"); it must be a text [CONFIGURATION-TYPE]',
      'rollout.yaml:7:7 stages.dev.gates.proof: is "yes please"; it must be true or false [CONFIGURATION-TYPE]',
      'rollout.yaml:8:17 stages.dev.gates.preview.replacedMachines: is "many"; it must be a number [CONFIGURATION-TYPE]',
      "rollout.yaml:8:41 stages.dev.gates.preview.allowedMachines: is a text (not shown); it must be a list [CONFIGURATION-TYPE]",
      "rollout.yaml:9:7 stages.dev.gates.policyPacks: is a text (not shown); it must be a list [CONFIGURATION-TYPE]",
      "rollout.yaml:10:18 stages.dev.gates.approval.approvers: is a map; it must be a list [CONFIGURATION-TYPE]",
      "rollout.yaml:11:3 stages.prod: is a list; it must be a map [CONFIGURATION-TYPE]",
    ],
  },
  {
    name: "entries of lists of another kind, each at its place, and no more",
    text: lines(
      "stages: {a: {}, b: {}}",
      'waves: [[a], "b"]',
      "defaults:",
      "  gates:",
      "    policyPacks: [1, policy, null]",
      "    preview: {allowedMachines: [null]}",
      "    approval: {approvers: [5]}",
      "    command: {run: [null]}",
    ),
    findings: [
      "rollout.yaml:2:14 waves[1]: is a text (not shown); it must be a list [CONFIGURATION-TYPE]",
      'rollout.yaml:5:19 defaults.gates.policyPacks[0]: is 1 (write "1"); it must be a text [CONFIGURATION-TYPE]',
      "rollout.yaml:5:30 defaults.gates.policyPacks[2]: is null; it must be a text [CONFIGURATION-TYPE]",
      "rollout.yaml:6:33 defaults.gates.preview.allowedMachines[0]: is null; it must be a text [CONFIGURATION-TYPE]",
      'rollout.yaml:7:28 defaults.gates.approval.approvers[0]: is 5 (write "5"); it must be a text [CONFIGURATION-TYPE]',
      "rollout.yaml:8:21 defaults.gates.command.run[0]: is null; it must be a text [CONFIGURATION-TYPE]",
    ],
  },
  {
    name: "waves with nothing, and with a number",
    text: lines("stages: {a: {}, b: {}}", "waves: [[a], [b, 1], null]"),
    findings: [
      'rollout.yaml:2:18 waves[1][1]: is 1 (write "1"); it must be a text [CONFIGURATION-TYPE]',
      "rollout.yaml:2:22 waves[2]: is null; it must be a list [CONFIGURATION-TYPE]",
    ],
  },
  {
    name: "rings that are none",
    text: lines("stages: {a: {rings: [canary, null, {name: x, people: [1, ada, ada]}]}}"),
    findings: [
      "rollout.yaml:1:22 stages.a.rings[0]: is a text (not shown); it must be a map [CONFIGURATION-TYPE]",
      "rollout.yaml:1:30 stages.a.rings[1]: is null (write {}); it must be a map [CONFIGURATION-TYPE]",
      'rollout.yaml:1:55 stages.a.rings[2].people[0]: is 1 (write "1"); it must be a text [CONFIGURATION-TYPE]',
      'rollout.yaml:1:63 stages.a.rings[2].people[2]: is "ada", the same as stages.a.rings[2].people[1] [ROLLOUT-RING-DUP]',
    ],
  },
  {
    name: "keys with nothing behind them",
    text: lines(
      "defaults:",
      "stages:",
      "  dev:",
      "  prod:",
      "    environment:",
      "    gates: {preview: , approval: , soak: , proof: , command: }",
      "  east: {gates: }",
    ),
    findings: [
      "rollout.yaml:1:1 defaults: is null (write {}); it must be a map [CONFIGURATION-TYPE]",
      "rollout.yaml:3:3 stages.dev: is null (write {}); it must be a map [CONFIGURATION-TYPE]",
      "rollout.yaml:5:5 stages.prod.environment: is null (write {}); it must be a map [CONFIGURATION-TYPE]",
      "rollout.yaml:6:13 stages.prod.gates.preview: is null (write {}); it must be a map [CONFIGURATION-TYPE]",
      "rollout.yaml:6:24 stages.prod.gates.approval: is null (write {}); it must be a map [CONFIGURATION-TYPE]",
      "rollout.yaml:6:36 stages.prod.gates.soak: is null; it must be given [CONFIGURATION-TYPE]",
      "rollout.yaml:6:44 stages.prod.gates.proof: is null; it must be true or false [CONFIGURATION-TYPE]",
      "rollout.yaml:6:53 stages.prod.gates.command: is null (write {}); it must be a map [CONFIGURATION-TYPE]",
      "rollout.yaml:7:10 stages.east.gates: is null (write {}); it must be a map [CONFIGURATION-TYPE]",
    ],
  },
];
