import * as fs from "node:fs";
import * as path from "node:path";
import { provingActions, type Run } from "./labProject";

const file = path.resolve(__dirname, "../../docs/lifecycle.md");

/**
 * What docs/lifecycle.md says that a change lets the machines run, one `machine: step` each, sorted: to be compared with
 * {@link stepsOf}. `change` is how the row begins, or with a `$` at its end all of its first cell. The row's cell _what runs_ is `nothing`, or parts like
 * `that one: preparation, copy` separated by semicolons; `roles` says which machines each of its parts means, all of them.
 */
export function stepsInTable(change: string, roles: Record<string, string[]> = {}): string[] {
  const whole = change.endsWith("$");
  const begin = whole ? change.slice(0, -1) : change;
  const rows = fs
    .readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .filter(([, first]) => (whole ? first === begin : first.startsWith(begin)));
  if (rows.length !== 1) throw new Error(`docs/lifecycle.md has ${rows.length} rows for ${change}`);
  const [, , , runs] = rows[0];
  if (runs === "nothing") {
    if (Object.keys(roles).length > 0) throw new Error(`${change}: the table says nothing runs`);
    return [];
  }
  const parts = new Map(runs.split("; ").map((part) => part.split(": ") as [string, string]));
  const unknown = [
    ...Object.keys(roles).filter((role) => !parts.has(role)),
    ...[...parts.keys()].filter((role) => !roles[role]),
  ];
  if (unknown.length > 0) throw new Error(`${change}: not in both: ${unknown.join(", ")}`);
  return [...parts]
    .flatMap(([role, steps]) =>
      roles[role].flatMap((machine) => steps.split(", ").map((step) => `${machine}: ${step}`)),
    )
    .sort();
}

/** What reached the machines in a run, one `machine: step` each, sorted; without the proof's steps (`tested` says whose). */
export function stepsOf(run: Run): string[] {
  const steps = run.journal.flatMap(({ kind, subject, what }) => {
    // Azure writes of the same preparation, by the resource's id.
    if (subject.startsWith("/")) return [];
    if (kind === "runCommand") return [`${subject}: preparation`];
    if (kind === "copy") return [`${subject}: copy`];
    if (kind !== "command") return [];
    const step = what.includes("PeerLab password") ? "password" : (what.split(" ").pop() ?? "");
    if (provingActions.includes(step)) return [];
    return [`${subject}: ${step}`];
  });
  // A copy is many files; anything else that ran twice is to be seen.
  const copies = new Set(steps.filter((step) => step.endsWith(": copy")));
  return [...steps.filter((step) => !copies.has(step)), ...copies].sort();
}
