/** Who reached whom, as a matrix: from what each machine found of the others when it last tested. */
import type { ProofReport, ProvedPort } from "../../components/plan/proofVerdict";

/** What is known of the way from one machine to another: `refused` where one of the tested ports was not reached. */
export type CellKind = "itself" | "reached" | "refused" | "leftOut" | "notTested";

/** One cell, or neighbours in a row of which nothing is known: of a large lab only a sample is tested. */
export interface Cell {
  kind: CellKind;
  /** Index of the first column, from 0. */
  column: number;
  /** How many columns it stands for; more than 1 for `notTested` and `leftOut` alone. */
  span: number;
  /** What was tested; none but for `reached` and `refused`. */
  ports: ProvedPort[];
}

export interface Row {
  machine: string;
  /** Why the machine took no part; empty where it did. */
  leftOut: string;
  cells: Cell[];
}

export interface Matrix {
  /** Keys of the machines: each is a row and a column, in this order. */
  machines: string[];
  rows: Row[];
  /** How many pairs there are of each kind. */
  count: Record<"reached" | "refused", number>;
}

/** The matrix of the machines. What the proof says of others is not in it. */
export function matrixOf(
  machines: readonly string[],
  proof: Readonly<Record<string, ProofReport>>,
): Matrix {
  const leftOut = (machine: string) => proof[machine]?.leftOut ?? "";
  const rows = machines.map((machine): Row => {
    const seen = new Map<string, ProvedPort[]>();
    for (const port of proof[machine]?.ports ?? []) {
      seen.set(port.machine, [...(seen.get(port.machine) ?? []), port]);
    }
    const cells: Cell[] = [];
    machines.forEach((other, column) => {
      const ports = (machine !== other && seen.get(other)) || [];
      const kind = kindOf(machine === other, ports, leftOut(machine) || leftOut(other));
      const last = cells.at(-1);
      const joins = kind === "notTested" || (kind === "leftOut" && leftOut(machine) !== "");
      if (last?.kind === kind && joins) last.span++;
      else cells.push({ kind, column, span: 1, ports });
    });
    return { machine, leftOut: leftOut(machine), cells };
  });
  const count = (kind: CellKind) =>
    rows.flatMap(({ cells }) => cells).filter((cell) => cell.kind === kind).length;
  return {
    machines: [...machines],
    rows,
    count: { reached: count("reached"), refused: count("refused") },
  };
}

function kindOf(isItself: boolean, ports: readonly ProvedPort[], leftOut: string): CellKind {
  if (isItself) return "itself";
  if (ports.length > 0) {
    return ports.every(({ verdict }) => verdict === "reachable") ? "reached" : "refused";
  }
  return leftOut === "" ? "notTested" : "leftOut";
}

/** What was found of the ports, each with its reason: `TCP 3587 refused: nobody listens`. */
export function portWords(ports: readonly ProvedPort[]): string {
  const missed = ports.filter(({ verdict }) => verdict !== "reachable");
  const reached = ports.filter(({ verdict }) => verdict === "reachable").map(({ port }) => port);
  return [
    ...missed.map(
      ({ port, verdict, reason }) => `TCP ${port} ${verdict}${reason ? `: ${reason}` : ""}`,
    ),
    ...(reached.length > 0 ? [`TCP ${reached.join(", ")} reached`] : []),
  ].join("; ");
}
