import { kinds, type KindName } from "./kinds";
import { operations, type Operation } from "./options";
import type { Results, Sample, Usage } from "./results";
import { spreadOf, type Spread } from "./statistics";
import { sizesOf, targetsOf, type Target } from "./targets";

/** docs/performance.md: what was measured where, what it had to be, and all figures. */
export function markdownOf(results: Results): string {
  const measured = operations.filter((operation) =>
    results.samples.some((sample) => sample.operation === operation),
  );
  return [
    "# Performance",
    "",
    "Written by `npm run bench`; `npm run bench -- --render docs/performance.json` writes it again from the figures.",
    "",
    ...(results.failure ? [`**This run ended early**: ${cell(results.failure)}`, ""] : []),
    ...programs(results),
    ...conditions(results),
    "![Wall time of each operation and memory of the program, by number of machines](performance.svg)",
    "",
    ...targets(targetsOf(results)),
    ...chains(results),
    ...measured.flatMap((operation) => figures(results, operation)),
  ].join("\n");
}

function programs({ samples }: Results): string[] {
  const shown = kinds.filter(({ name }) => samples.some(({ kind }) => kind === name));
  return [...shown.map(({ letter, title }) => `- (${letter}) ${title}`), ""];
}

function conditions(results: Results): string[] {
  const { facts, rounds, skipsCheckpoints } = results;
  const { date, processor, cores, memoryGigabytes, system, node, engine } = facts;
  const provider =
    facts.commandProvider === "genuine"
      ? "the genuine provider, which counts to the engine"
      : "the stand-in";
  return [
    `Measured on ${date.slice(0, 10)}: ${cores} cores (${processor}), ${memoryGigabytes} GiB of memory, ${system}, Node ${node}, ` +
      `Pulumi engine ${engine} with its usual parallelism. Azure and Windows are the local stand-in; remote commands are played by ${provider}. ` +
      `Each figure is the median of ${rounds} rounds, with the least and the most in brackets; in each round all programs took turns, each ` +
      "with a stack and a stand-in of its own. (c) and (f) declare the resources of the library without its components, which count in (d), (e) and (b). " +
      (skipsCheckpoints
        ? "**The engine wrote its state at the end of each operation only** (`PULUMI_SKIP_CHECKPOINTS`), for all programs alike."
        : "The engine wrote its state after each step, as it does by default."),
    "",
  ];
}

function targets(all: readonly Target[]): string[] {
  return [
    "## What it has to be",
    "",
    "Ratios are of medians; the brackets hold the least and the most of the rounds. What counts is wall time; the same ratio of the " +
      "program's CPU time stands beside it, because other work on the computer disturbs it less.",
    "",
    ...table(
      ["", "at most", "measured", "met", "of CPU time"],
      all.map(({ what, atMost, measured, isMet, ofCpu }) => [
        what,
        String(atMost),
        measured ? spread(measured, 2) : "not measured",
        isMet === undefined ? "" : isMet ? "yes" : "**no**",
        ofCpu ? spread(ofCpu, 2) : "",
      ]),
    ),
  ];
}

function chains({ chains: all }: Results): string[] {
  if (all.length === 0) return [];
  const sorted = [...all].sort((one, other) => one.machines - other.machines);
  return [
    "## Steps on machines that wait for each other",
    "",
    "The longest chain in a first `up`, counted from the engine's event log while no step begins before all that can begin are there.",
    "",
    ...table(
      ["program", "machines", "steps", ""],
      sorted.map(({ kind, machines, steps }) => [
        letterOf(kind),
        String(machines),
        String(steps.length),
        steps.join(" → "),
      ]),
    ),
  ];
}

const titles: Record<Operation, string> = {
  preview: "Preview of the first `up`",
  up: "First `up`",
  "no-op": "`up` with nothing to do",
  destroy: "`destroy`",
  chain: "",
};

function figures(results: Results, operation: Operation): string[] {
  const rows = sizesOf(results).flatMap((machines) =>
    kinds.flatMap(({ name }) => {
      const found = results.samples.filter(
        (sample) =>
          sample.kind === name && sample.machines === machines && sample.operation === operation,
      );
      return found.length === 0 ? [] : [row(name, machines, found)];
    }),
  );
  return [
    `## ${titles[operation]}`,
    "",
    ...table(
      [
        "machines",
        "program",
        "resources",
        "seconds",
        "CPU s: program",
        "engine",
        "stand-in",
        "stand-in's event loop ÷ wall time",
        "memory MiB: program",
        "engine",
        "stand-in",
        "commands over SSH",
        "run commands",
        "SSH connections",
        "refused",
      ],
      rows,
    ),
  ];
}

function row(kind: KindName, machines: number, samples: readonly Sample[]): string[] {
  const of = (pick: (sample: Sample) => number | undefined, digits: number) => {
    const values = samples.map(pick).filter((value) => value !== undefined);
    const found = spreadOf(values);
    return found ? spread(found, digits) : "–";
  };
  const roles = ["program", "engine", "standIn"] as const;
  const used = (part: keyof Usage, digits: number) =>
    roles.map((role) => of((sample) => sample[role]?.[part], digits));
  return [
    String(machines),
    letterOf(kind),
    of(({ resources }) => resources, 0),
    of(({ seconds }) => seconds, 1),
    ...used("cpuSeconds", 1),
    of((sample) => sample.standInLoopSeconds && sample.standInLoopSeconds / sample.seconds, 2),
    ...used("peakMegabytes", 0),
    of(({ remoteCommands }) => remoteCommands, 0),
    of(({ runCommands }) => runCommands, 0),
    of(({ connections }) => connections, 0),
    of(({ refused }) => refused, 0),
  ];
}

function letterOf(kind: KindName): string {
  return `(${kinds.find(({ name }) => name === kind)?.letter})`;
}

/** `12.3 (11.8–14.0)`; the brackets only where there is anything to say. */
export function spread({ median, min, max }: Spread, digits: number): string {
  const [middle, least, most] = [median, min, max].map((value) => value.toFixed(digits));
  return least === most ? middle : `${middle} (${least}–${most})`;
}

function table(head: string[], rows: string[][]): string[] {
  const line = (cells: string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""];
}

/** Text that is no Markdown of its own inside a table. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replace(/\s*\n\s*/g, " ");
}
