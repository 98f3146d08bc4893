import * as fs from "node:fs";

/** Removes a network's folder; fails where one of its processes reported that it left something open. */
export function removeNetwork(folder: string, reports: string): void {
  const text = fs.existsSync(reports) ? fs.readFileSync(reports, "utf8").trim() : "";
  fs.rmSync(folder, { recursive: true, force: true });
  for (const line of text === "" ? [] : text.split("\n")) assertNothingLeft(line);
}

/** What a process held when it ended: everything has to be given back. */
function assertNothingLeft(line: string): void {
  const report = JSON.parse(line) as Record<string, unknown>;
  const open = Object.entries(report).filter(
    ([name, count]) => !["process", "calls", "errors"].includes(name) && count !== 0,
  );
  const errors = report.errors as string[];
  if (open.length > 0 || errors.length > 0) {
    throw new Error(`A process left ${JSON.stringify(open)} open; errors: ${errors.join("; ")}`);
  }
}
