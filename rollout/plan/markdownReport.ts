/** The report of a rollout for a pull request. Pure. */
import { durationText } from "./duration";
import type { GivenOptions } from "./call";
import { howToGoOn } from "./goOn";
import { statusCells, took } from "./summary";
import { oneLine, secondsBetween, type RolloutView, type StageView } from "./view";
import { listed, resultOf } from "./words";

/** How many findings of a stage, or parts that drifted, are shown: a comment of a pull request takes 65536 characters. */
const most = 50;

/** Tables of stages and rings, plans and findings, and how to go on. Whatever others wrote is escaped. */
export function markdownReport(view: RolloutView, given?: GivenOptions): string {
  const { command = "", rollout, begunAt, endedAt, exitCode, stages } = view;
  const name = rollout ? ` ${escaped(rollout)}` : "";
  const end =
    exitCode === undefined
      ? "has not ended"
      : `ended with exit code ${exitCode} after ${durationText(secondsBetween(begunAt, endedAt))}`;
  const goOn = howToGoOn(view, given);
  const sections = [
    `## Rollout${name}: ${escaped(command)}`,
    `${begunAt === undefined ? "" : `Begun at ${begunAt}, `}${end}.`,
    ...(stages.length > 0 ? [stageTable(stages)] : []),
    ...(stages.some(({ plan }) => plan) ? ["### Plans", planTable(stages)] : []),
    ...(stages.some(({ status }) => status) ? ["### Records", statusTable(stages)] : []),
    ...(stages.some(({ drift }) => drift.length > 0) ? ["### Drift", driftTable(stages)] : []),
    ...(stages.some(({ findings }) => findings.length > 0)
      ? ["### Findings", findingTable(stages)]
      : []),
    ...(goOn.length > 0
      ? [
          "### How to go on",
          goOn
            .map(({ why, commands }) => `- ${escaped(why)}: ${commands.map(code).join(", then ")}`)
            .join("\n"),
        ]
      : []),
  ];
  return `${sections.join("\n\n")}\n`;
}

function stageTable(stages: readonly StageView[]): string {
  const rows = stages.flatMap((stage) => [
    [stage.name, "", resultOf(stage), took(stage), stage.detail ?? ""],
    ...stage.rings.map((ring) => ["", ring.name, ring.standing, took(ring), ring.detail ?? ""]),
  ]);
  return table(["Stage", "Ring", "Result", "Took", "Why"], rows);
}

function planTable(stages: readonly StageView[]): string {
  const rows = stages.flatMap(({ name, plan }) =>
    plan
      ? [
          [
            name,
            String(plan.create),
            String(plan.update),
            String(plan.replace),
            String(plan.delete),
            String(plan.same),
            String(plan.steps.length),
            machinesOf(plan),
          ],
        ]
      : [],
  );
  const head = [
    "Stage",
    "Create",
    "Update",
    "Replace",
    "Delete",
    "Same",
    "Guest steps",
    "Machines",
  ];
  return table(head, rows);
}

function machinesOf(plan: NonNullable<StageView["plan"]>): string {
  const parts: [string, readonly string[]][] = [
    ["created", plan.createdMachines],
    ["replaced", plan.replacedMachines],
    ["deleted", plan.deletedMachines],
  ];
  return parts
    .filter(([, machines]) => machines.length > 0)
    .map(([what, machines]) => `${what}: ${listed(machines, most)}`)
    .join("; ");
}

function statusTable(stages: readonly StageView[]): string {
  const rows = stages.flatMap(({ name, status }) =>
    status ? [[name, status.stack, ...statusCells(status)]] : [],
  );
  return table(["Stage", "Stack", "Last good", "Last rollout", "Otherwise now"], rows);
}

function driftTable(stages: readonly StageView[]): string {
  const rows = stages.flatMap(({ name, drift }) => {
    const wrong = drift.filter(({ standing }) => standing !== "in place");
    const shown = wrong
      .slice(0, most)
      .map(({ side, subject, standing, details }) => [
        name,
        side,
        subject,
        standing,
        details.join("; "),
      ]);
    return [
      ...shown,
      ...(wrong.length > most ? [[name, "", `${wrong.length - most} more`, "", ""]] : []),
      ...(drift.length > wrong.length
        ? [[name, "", `${drift.length - wrong.length} more`, "in place", ""]]
        : []),
    ];
  });
  return table(["Stage", "Where", "What", "Standing", "Details"], rows);
}

function findingTable(stages: readonly StageView[]): string {
  const rows = stages.flatMap(({ name, findings }) => [
    ...findings
      .slice(0, most)
      .map(({ phase, ring = "", machine = "", message }) => [name, phase, ring, machine, message]),
    ...(findings.length > most
      ? [[name, "", "", "", `${findings.length - most} more: the JSON report has all`]]
      : []),
  ]);
  return table(["Stage", "Phase", "Ring", "Machine", "Reason"], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const body = rows.map((cells) => line(cells.map((cell) => escaped(oneLine(cell, 500)))));
  return [line(head), line(head.map(() => "---")), ...body].join("\n");
}

/** Text that stays text in GitHub's Markdown: no markup, no cell, no link, and nobody is notified. */
export function escaped(text: string): string {
  return oneLine(text)
    .replace(/[\\`*_[\]|~$]/g, "\\$&")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/^([#+=-]|[0-9]+[.)])/, "\\$1")
    .replace(/[@#](?=[A-Za-z0-9])|:(?=\/\/)|\bwww(?=\.)/g, "$&<!-- -->");
}

/** A command as code, where it has no character that would end it. */
function code(command: string): string {
  return /[`|\n]/.test(command) ? escaped(command) : `\`${command}\``;
}
