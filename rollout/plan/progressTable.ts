/** Progress as a table that is redrawn, in a terminal. Pure. */
import { durationText } from "./duration";
import type { Standing } from "./progress";
import { oneLine, secondsBetween, type Part, type RolloutView, type StageView } from "./view";
import { isOver } from "./words";

export interface TableStyle {
  /** Columns of the terminal: no line is longer. */
  width: number;
  /** Lines that the table may have: where there are more, what is at work or went wrong is shown first. */
  height: number;
  color: boolean;
}

interface Row {
  name: string;
  part: Part;
  phase: string;
}

/** One line for each stage, and below it for each of its rings: how it stands, at what, how long, and why. */
export function tableLines(view: RolloutView, now: Date, style: TableStyle): string[] {
  const all = view.stages.flatMap(rowsOf);
  const rows = fitting(all, Math.max(1, style.height));
  const name = Math.max(0, ...rows.map((row) => row.name.length));
  const phase = Math.max(0, ...rows.map((row) => row.phase.length));
  return rows.map((row) => {
    const { standing, detail = "" } = row.part;
    const text = [
      `${marks[standing]} ${row.name.padEnd(name)}`,
      standing.padEnd(9),
      row.phase.padEnd(phase),
      lasted(row.part, now).padStart(7),
      oneLine(detail),
    ].join("  ");
    // One column stays free: a line that fills the last one is two in some terminals.
    const line = oneLineOf(text, style.width - 1);
    return style.color ? `\u001b[${colors[standing]}m${line}\u001b[0m` : line;
  });
}

function rowsOf(stage: StageView): Row[] {
  const isDone = stage.standing === "succeeded" || stage.standing === "skipped";
  const phase = isDone ? "" : (stage.phase ?? "");
  return [
    { name: stage.name, part: stage, phase },
    ...stage.rings.map((ring) => ({ name: `  ${ring.name}`, part: ring, phase: "" })),
  ];
}

/** As many as there is room for, in their order: what is at work or wrong rather than what is over, and that rather than what is to come. */
function fitting(rows: readonly Row[], height: number): Row[] {
  const rank = ({ part: { standing } }: Row) =>
    standing === "pending" ? 2 : standing === "succeeded" || standing === "skipped" ? 1 : 0;
  const chosen = new Set(rows.toSorted((one, other) => rank(one) - rank(other)).slice(0, height));
  return rows.filter((row) => chosen.has(row));
}

function lasted({ standing, begunAt, since }: Part, now: Date): string {
  if (begunAt === undefined) return "";
  return durationText(secondsBetween(begunAt, isOver(standing) ? since : now));
}

function oneLineOf(text: string, most: number): string {
  const trimmed = text.trimEnd();
  return trimmed.length > most ? trimmed.slice(0, Math.max(0, most)) : trimmed;
}

const marks: Readonly<Record<Standing, string>> = {
  pending: ".",
  running: ">",
  waiting: "?",
  succeeded: "+",
  failed: "x",
  skipped: "-",
  unknown: "~",
};

/** Colours of a terminal; the marks and words say the same without. */
const colors: Readonly<Record<Standing, string>> = {
  pending: "2",
  running: "36",
  waiting: "33",
  succeeded: "32",
  failed: "31",
  skipped: "2",
  unknown: "35",
};
