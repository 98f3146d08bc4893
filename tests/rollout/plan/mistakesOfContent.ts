import type { Mistake } from "./mistakesOfForm";

const lines = (...text: string[]) => text.join("\n");

/** Of what it says, once it has the form. */
export const mistakesOfContent: readonly Mistake[] = [
  {
    name: "an empty name",
    text: lines("name: ' '", "stages: {dev: {}}"),
    findings: ["rollout.yaml:1:1 name: is empty [ROLLOUT-EMPTY]"],
  },
  {
    name: "names of stages",
    text: lines(
      "stages:",
      "  Dev: {}",
      "  2nd: {}",
      "  prod-: {}",
      "  west.eu: {}",
      "  abcdefghijklmnopqrstuvwxyz-abcdefghijklmnop: {}",
    ),
    findings: [
      "rollout.yaml:2:3 stages.Dev: is no name of a stage; it has 1 to 40 lower-case letters, digits and hyphens, begins with a letter and does not end with a hyphen [ROLLOUT-STAGE-NAME]",
      'rollout.yaml:3:3 stages["2nd"]: is no name of a stage; it has 1 to 40 lower-case letters, digits and hyphens, begins with a letter and does not end with a hyphen [ROLLOUT-STAGE-NAME]',
      'rollout.yaml:4:3 stages["prod-"]: is no name of a stage; it has 1 to 40 lower-case letters, digits and hyphens, begins with a letter and does not end with a hyphen [ROLLOUT-STAGE-NAME]',
      'rollout.yaml:5:3 stages["west.eu"]: is no name of a stage; it has 1 to 40 lower-case letters, digits and hyphens, begins with a letter and does not end with a hyphen [ROLLOUT-STAGE-NAME]',
      'rollout.yaml:6:3 stages["abcdefghijklmnopqrstuvwxyz-abcdefghijklmnop"]: is no name of a stage; it has 1 to 40 lower-case letters, digits and hyphens, begins with a letter and does not end with a hyphen [ROLLOUT-STAGE-NAME]',
    ],
  },
  {
    name: "names of stacks",
    text: lines(
      "stages:",
      "  dev: {stack: 'my stack'}",
      "  prod: {stack: ''}",
      "  east: {stack: a/b/c/d}",
    ),
    findings: [
      "rollout.yaml:2:9 stages.dev.stack: is \"my stack\"; a stack's name has 1 to 92 letters, digits, hyphens, underscores and periods, after ORGANISATION/ or ORGANISATION/PROJECT/ where it is another's [ROLLOUT-STACK-NAME]",
      "rollout.yaml:3:10 stages.prod.stack: is \"\"; a stack's name has 1 to 92 letters, digits, hyphens, underscores and periods, after ORGANISATION/ or ORGANISATION/PROJECT/ where it is another's [ROLLOUT-STACK-NAME]",
      "rollout.yaml:4:10 stages.east.stack: is \"a/b/c/d\"; a stack's name has 1 to 92 letters, digits, hyphens, underscores and periods, after ORGANISATION/ or ORGANISATION/PROJECT/ where it is another's [ROLLOUT-STACK-NAME]",
    ],
  },
  {
    name: "one stack in two stages, and in all ways of writing its project",
    text: lines(
      "stages:",
      "  dev: {stack: lab, project: ./labs/../labs/}",
      "  prod: {stack: lab, project: labs}",
      "  east: {stack: lab}",
      "  west: {stack: east}",
      "  lab: {}",
    ),
    findings: [
      'rollout.yaml:3:10 stages.prod.stack: is "lab", the stack of the stage dev in the same project and backend [ROLLOUT-STACK-DUP]',
      'rollout.yaml:6:3 stages.lab: is "lab", the stack of the stage east in the same project and backend [ROLLOUT-STACK-DUP]',
    ],
  },
  {
    name: "one stack in two stages, unless their backends come from different variables",
    text: lines(
      "defaults: {environment: {PULUMI_BACKEND_URL: ONE}}",
      "stages:",
      "  dev: {stack: lab}",
      "  prod: {stack: lab, environment: {PULUMI_BACKEND_URL: TWO}}",
      "  east: {stack: lab, environment: {PULUMI_BACKEND_URL: ONE}}",
    ),
    findings: [
      'rollout.yaml:5:10 stages.east.stack: is "lab", the stack of the stage dev in the same project and backend [ROLLOUT-STACK-DUP]',
    ],
  },
  {
    name: "one stack in two stages, with and without its organisation and project",
    text: lines(
      "stages:",
      "  dev: {}",
      "  full: {stack: organization/lab/dev}",
      "  acme: {stack: acme/dev}",
      "  again: {stack: acme/lab/dev}",
      "  other: {stack: acme/other/dev, project: elsewhere}",
      "  moved: {stack: acme/other/dev, project: moved}",
      "  record: {stack: organization/lab/dev-rollout}",
    ),
    findings: [
      'rollout.yaml:3:10 stages.full.stack: is "organization/lab/dev", the stack of the stage dev in the same project and backend [ROLLOUT-STACK-DUP]',
      'rollout.yaml:5:11 stages.again.stack: is "acme/lab/dev", the stack of the stage acme in the same project and backend [ROLLOUT-STACK-DUP]',
      'rollout.yaml:7:11 stages.moved.stack: is "acme/other/dev", the stack of the stage other in the same project and backend [ROLLOUT-STACK-DUP]',
      'rollout.yaml:8:12 stages.record.stack: is "organization/lab/dev-rollout", which is the stack of the record of the stage dev [ROLLOUT-STACK-DUP]',
    ],
  },
  {
    name: "a stack that is the record of another",
    text: lines("stages:", "  dev: {}", "  dev-rollout: {}"),
    findings: [
      'rollout.yaml:3:3 stages["dev-rollout"]: is "dev-rollout", which is the stack of the record of the stage dev [ROLLOUT-STACK-DUP]',
    ],
  },
  {
    name: "folders",
    text: lines(
      "stages:",
      "  dev: {project: /srv/lab}",
      "  prod: {project: 'C:\\lab', stack: p}",
      "  east: {project: '', gates: {policyPacks: [~/policy, policy, policy]}}",
    ),
    findings: [
      'rollout.yaml:2:9 stages.dev.project: is "/srv/lab"; a folder is named relative to the file\'s own [ROLLOUT-FOLDER]',
      'rollout.yaml:3:10 stages.prod.project: is "C:\\\\lab"; a folder is named relative to the file\'s own [ROLLOUT-FOLDER]',
      "rollout.yaml:4:10 stages.east.project: is empty; a folder is named relative to the file's own: . [ROLLOUT-FOLDER]",
      'rollout.yaml:4:45 stages.east.gates.policyPacks[0]: is "~/policy"; a folder is named relative to the file\'s own [ROLLOUT-FOLDER]',
      'rollout.yaml:4:63 stages.east.gates.policyPacks[2]: is "policy", the same as stages.east.gates.policyPacks[1] [ROLLOUT-LIST-DUP]',
    ],
  },
  {
    name: "names of variables",
    text: lines(
      "stages:",
      "  dev:",
      "    environment: {ARM-CLIENT: A, 1A: A, PEERLAB_PROOF_TOKEN: A, PULUMI_CONTINUE_ON_ERROR: A}",
    ),
    findings: [
      'rollout.yaml:3:19 stages.dev.environment["ARM-CLIENT"]: is no name of a variable: letters, digits and underscores, no digit first [ROLLOUT-VARIABLE]',
      'rollout.yaml:3:34 stages.dev.environment["1A"]: is no name of a variable: letters, digits and underscores, no digit first [ROLLOUT-VARIABLE]',
      "rollout.yaml:3:41 stages.dev.environment.PEERLAB_PROOF_TOKEN: is set by the rollout itself [ROLLOUT-VARIABLE]",
      "rollout.yaml:3:65 stages.dev.environment.PULUMI_CONTINUE_ON_ERROR: is set by the rollout itself [ROLLOUT-VARIABLE]",
    ],
  },
  {
    name: "a value where the name of a variable is meant",
    text: lines(
      "stages:",
      "  dev:",
      "    environment: {ARM_CLIENT_SECRET: a~b, PIN: 1234, LIST: [a], NOTHING: , LOW: pul_0123}",
    ),
    findings: [
      "rollout.yaml:3:19 stages.dev.environment.ARM_CLIENT_SECRET: (not shown) is no name of a variable: capital letters, digits and underscores, no digit first. Name the variable of yours that holds the value, never the value [ROLLOUT-VARIABLE-OF]",
      "rollout.yaml:3:43 stages.dev.environment.PIN: (not shown) is no name of a variable: capital letters, digits and underscores, no digit first. Name the variable of yours that holds the value, never the value [ROLLOUT-VARIABLE-OF]",
      "rollout.yaml:3:54 stages.dev.environment.LIST: (not shown) is no name of a variable: capital letters, digits and underscores, no digit first. Name the variable of yours that holds the value, never the value [ROLLOUT-VARIABLE-OF]",
      "rollout.yaml:3:65 stages.dev.environment.NOTHING: is null; it must be given [CONFIGURATION-TYPE]",
      "rollout.yaml:3:76 stages.dev.environment.LOW: (not shown) is no name of a variable: capital letters, digits and underscores, no digit first. Name the variable of yours that holds the value, never the value [ROLLOUT-VARIABLE-OF]",
    ],
  },
  {
    name: "numbers out of their range",
    text: lines(
      "defaults:",
      "  gates: {preview: {replacedMachines: -1, deletedMachines: 1.5}}",
      "stages: {dev: {}}",
    ),
    findings: [
      "rollout.yaml:2:21 defaults.gates.preview.replacedMachines: is -1; it is a whole number from 0 to 10000 [ROLLOUT-NUMBER]",
      "rollout.yaml:2:43 defaults.gates.preview.deletedMachines: is 1.5; it is a whole number from 0 to 10000 [ROLLOUT-NUMBER]",
    ],
  },
  {
    name: "durations",
    text: lines(
      "defaults:",
      "  lockTimeout: 0",
      "  gates:",
      "    freshness: {days: 1}",
      "    soak: 30 minutes",
      "    approval: {valid: 59}",
      "    command: {run: [a], timeout: 2d}",
      "stages: {dev: {gates: {soak: }}}",
    ),
    findings: [
      "rollout.yaml:2:3 defaults.lockTimeout: is 0; it is a duration like 90s, 30m, 12h or 1d, or a number of seconds, from 1 to 604800 seconds [ROLLOUT-DURATION]",
      "rollout.yaml:4:5 defaults.gates.freshness: is no text; it is a duration like 90s, 30m, 12h or 1d, or a number of seconds, from 1 to 31622400 seconds [ROLLOUT-DURATION]",
      'rollout.yaml:5:5 defaults.gates.soak: is "30 minutes"; it is a duration like 90s, 30m, 12h or 1d, or a number of seconds, from 0 to 604800 seconds [ROLLOUT-DURATION]',
      "rollout.yaml:6:16 defaults.gates.approval.valid: is 59; it is a duration like 90s, 30m, 12h or 1d, or a number of seconds, from 60 to 31622400 seconds [ROLLOUT-DURATION]",
      'rollout.yaml:7:25 defaults.gates.command.timeout: is "2d"; it is a duration like 90s, 30m, 12h or 1d, or a number of seconds, from 1 to 86400 seconds [ROLLOUT-DURATION]',
      "rollout.yaml:8:24 stages.dev.gates.soak: is null; it must be given [CONFIGURATION-TYPE]",
    ],
  },
  {
    name: "what becomes of a rollout that finds another",
    text: "stages: {dev: {whenLocked: wiat}}",
    findings: [
      'rollout.yaml:1:16 stages.dev.whenLocked: is "wiat" (did you mean "wait"?); allowed are stop or wait [ROLLOUT-WHEN-LOCKED]',
    ],
  },
  {
    name: "no command",
    text: lines(
      "stages:",
      "  dev: {gates: {command: {timeout: 1m}}}",
      "  prod: {gates: {command: {run: []}}}",
      "  east: {gates: {command: {run: ['']}}}",
    ),
    findings: [
      "rollout.yaml:2:17 stages.dev.gates.command.run: is missing; it is a program and its arguments, as a list [ROLLOUT-COMMAND]",
      "rollout.yaml:3:28 stages.prod.gates.command.run: names no program; it is a program and its arguments, as a list [ROLLOUT-COMMAND]",
      "rollout.yaml:4:28 stages.east.gates.command.run: names no program; it is a program and its arguments, as a list [ROLLOUT-COMMAND]",
    ],
  },
  {
    name: "words that are empty or there twice",
    text: lines(
      "stages:",
      "  dev:",
      "    gates:",
      "      preview: {allowedMachines: [ada-1, '', ada-1]}",
      "      approval: {approvers: [ada, grace, ada]}",
    ),
    findings: [
      "rollout.yaml:4:42 stages.dev.gates.preview.allowedMachines[1]: is empty [ROLLOUT-EMPTY]",
      'rollout.yaml:4:46 stages.dev.gates.preview.allowedMachines[2]: is "ada-1", the same as stages.dev.gates.preview.allowedMachines[0] [ROLLOUT-LIST-DUP]',
      'rollout.yaml:5:42 stages.dev.gates.approval.approvers[2]: is "ada", the same as stages.dev.gates.approval.approvers[0] [ROLLOUT-LIST-DUP]',
    ],
  },
  {
    name: "rings",
    text: lines(
      "stages:",
      "  dev:",
      "    rings:",
      "      - people: [ada]",
      "      - {name: others, people: [grace]}",
      "      - {name: The First, machines: [a]}",
      "      - {name: canary}",
      "      - {name: canary, people: [ada, edsger], machines: [a, b, b]}",
    ),
    findings: [
      "rollout.yaml:4:9 stages.dev.rings[0].name: is missing; it is 1 to 20 lower-case letters, digits and hyphens [RING-NAME]",
      'rollout.yaml:5:10 stages.dev.rings[1].name: is "others", which is the ring of the machines that no ring names [RING-NAME]',
      'rollout.yaml:6:10 stages.dev.rings[2].name: is "The First"; it is 1 to 20 lower-case letters, digits and hyphens [RING-NAME]',
      "rollout.yaml:7:9 stages.dev.rings[3]: names neither people nor machines; leave it out, or name some [RING-EMPTY]",
      'rollout.yaml:8:10 stages.dev.rings[4].name: is "canary", the same as stages.dev.rings[3].name [RING-NAME-DUP]',
      'rollout.yaml:8:33 stages.dev.rings[4].people[0]: is "ada", the same as stages.dev.rings[0].people[0] [ROLLOUT-RING-DUP]',
      'rollout.yaml:8:58 stages.dev.rings[4].machines[0]: is "a", the same as stages.dev.rings[2].machines[0] [ROLLOUT-RING-DUP]',
      'rollout.yaml:8:64 stages.dev.rings[4].machines[2]: is "b", the same as stages.dev.rings[4].machines[1] [ROLLOUT-RING-DUP]',
    ],
  },
  {
    name: "too many rings",
    text: lines(
      "stages:",
      "  dev:",
      "    rings: [{name: r0, people: [p0]}, {name: r1, people: [p1]}, {name: r2, people: [p2]}, {name: r3, people: [p3]}, {name: r4, people: [p4]}, {name: r5, people: [p5]}, {name: r6, people: [p6]}, {name: r7, people: [p7]}, {name: r8, people: [p8]}, {name: r9, people: [p9]}, {name: r10, people: [p10]}, {name: r11, people: [p11]}, {name: r12, people: [p12]}, {name: r13, people: [p13]}, {name: r14, people: [p14]}, {name: r15, people: [p15]}, {name: r16, people: [p16]}, {name: r17, people: [p17]}, {name: r18, people: [p18]}, {name: r19, people: [p19]}, {name: r20, people: [p20]}]",
    ),
    findings: ["rollout.yaml:3:5 stages.dev.rings: are 21; allowed are 20 [RING-COUNT]"],
  },
  {
    name: "waves",
    text: lines(
      "stages: {dev: {}, east: {}, west: {}, prod: {}}",
      "waves:",
      "  - [dev]",
      "  - []",
      "  - [east, wset]",
      "  - [dev]",
    ),
    findings: [
      "rollout.yaml:2:1 waves: leaves out west, prod; it names every stage, or the key is left out [ROLLOUT-WAVES]",
      "rollout.yaml:4:5 waves[1]: is a wave without a stage [ROLLOUT-WAVES]",
      'rollout.yaml:5:12 waves[2][1]: is "wset", which is no stage (did you mean "west"?); there are dev, east, west or prod [ROLLOUT-WAVES]',
      'rollout.yaml:6:6 waves[3][0]: is "dev", the same as waves[0][0] [ROLLOUT-WAVES]',
    ],
  },
  {
    name: "freshness in the first wave, which is only warned of",
    text: lines(
      "stages: {dev: {gates: {freshness: 1d}}, east: {gates: {freshness: 1d}}, prod: {gates: {freshness: 1d}}}",
      "waves: [[dev, east], [prod]]",
    ),
    findings: [
      "rollout.yaml:1:24 warning: stages.dev.gates.freshness: is of a stage of the first wave, which waits for no other: it does nothing [ROLLOUT-FRESHNESS-FIRST]",
      "rollout.yaml:1:56 warning: stages.east.gates.freshness: is of a stage of the first wave, which waits for no other: it does nothing [ROLLOUT-FRESHNESS-FIRST]",
    ],
  },
];
