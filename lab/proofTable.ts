import { notTested } from "../components/plan/proofNotTested";
import type { ProofReport } from "../components/plan/proofVerdict";

type Reports = Readonly<Record<string, ProofReport>>;

/**
 * What machines found of each other, for people: a line for each failure, who took no part, and who tested whom: a machine is a
 * row, and the number of another one a column.
 */
export function proofTable(reports: Reports): string {
  const keys = Object.keys(reports);
  const failures = keys.flatMap((key) => reports[key].failures);
  const away = keys.flatMap((key) => {
    const { leftOut } = reports[key];
    return leftOut === undefined ? [] : [`proof: ${key} takes no part: ${leftOut}`];
  });
  const held = new Set(
    keys.flatMap((key) =>
      reports[key].ports.flatMap(({ machine, port, heldBy }) =>
        heldBy === undefined ? [] : [`proof: TCP ${port} of ${machine} is held by ${heldBy}`],
      ),
    ),
  );
  const tested = keys.filter((key) => reports[key].leftOut === undefined);
  const missed = notTested(keys.flatMap((key) => reports[key].notTested ?? []));
  const result =
    failures.length === 0
      ? `proof: passed by ${tested.length === 1 ? "one machine" : `${tested.length} machines`}`
      : `proof: failed (${failures.length})`;
  return [
    missed === "" ? result : `${result}, ${missed}`,
    ...failures.map((failure) => `proof: ${failure}`),
    ...away,
    ...held,
    ...(keys.length > 1 ? matrix(reports) : []),
  ].join("\n");
}

function matrix(reports: Reports): string[] {
  const keys = Object.keys(reports);
  const columns = [
    ...new Set([...keys, ...keys.flatMap((key) => reports[key].ports.map((port) => port.machine))]),
  ];
  const width = String(columns.length).length;
  const named = Math.max(...columns.map((key) => key.length));
  const number = (index: number) => String(index + 1).padStart(width);
  const rows = keys.map((key, row) => {
    const cells = columns.map((column) => cell(reports[key], key, column).padStart(width));
    return `  ${number(row)} ${key.padEnd(named)}  ${cells.join(" ")}`;
  });
  const head =
    " ".repeat(2 + width + 1 + named + 2) + columns.map((_, index) => number(index)).join(" ");
  const rest = columns
    .slice(keys.length)
    .map((key, index) => `  ${number(keys.length + index)} ${key}`);
  return [
    "proof: TCP over IPv6, + all declared ports reached, x not all, . not tested",
    head,
    ...rows,
    ...rest,
  ];
}

function cell({ ports }: ProofReport, own: string, other: string): string {
  const seen = ports.filter(({ machine }) => machine === other);
  if (own === other || seen.length === 0) return ".";
  return seen.every(({ verdict }) => verdict === "reachable") ? "+" : "x";
}

/** 2 where something failed, else 0: a machine that takes no part is the check's own affair. */
export function exitCodeOfProof(reports: Reports): 0 | 2 {
  return Object.values(reports).some(({ failures }) => failures.length > 0) ? 2 : 0;
}
