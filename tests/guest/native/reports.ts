import * as fs from "node:fs";

/** What the native double says of a process at its end (README.md): counts of what is open, and of the calls. */
export interface ProcessReport {
  errors: string[];
  calls: Record<string, number>;
  [count: string]: unknown;
}

/** The names of what a report has open, with how much; empty: nothing. */
export function openIn(report: ProcessReport): [string, unknown][] {
  return Object.entries(report).filter(
    ([name, count]) => !["process", "errors", "calls"].includes(name) && count !== 0,
  );
}

/** Removes a network's folder; fails where one of its processes reported that it left something open. */
export function removeNetwork(folder: string, reports: string): void {
  const text = fs.existsSync(reports) ? fs.readFileSync(reports, "utf8").trim() : "";
  fs.rmSync(folder, { recursive: true, force: true });
  for (const line of text === "" ? [] : text.split("\n")) assertNothingLeft(line);
}

/** Everything has to be given back before a process ends. */
function assertNothingLeft(line: string): void {
  const report = JSON.parse(line) as ProcessReport;
  const open = openIn(report);
  const { errors } = report;
  if (open.length > 0 || errors.length > 0) {
    throw new Error(`A process left ${JSON.stringify(open)} open; errors: ${errors.join("; ")}`);
  }
}
