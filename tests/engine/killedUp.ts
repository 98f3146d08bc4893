import { spawn } from "node:child_process";
import { once } from "node:events";
import { openResourceFinder } from "../../local/findResource";
import { healInterrupted } from "../../engine/interrupted";
import type { JournalEntry } from "../../local/journal";
import { openPulumi } from "../../engine/pulumi";
import { partsOf } from "../../local/directory";
import * as path from "node:path";
import type { LabProject } from "./labProject";

/**
 * Brings the lab up and kills the CLI, with all that belongs to it, at the first entry of the stand-in's journal that matches.
 * Returns whether there was one.
 */
export async function upKilledAt(
  lab: LabProject,
  matches: (entry: JournalEntry) => boolean,
): Promise<boolean> {
  const child = spawn(
    "pulumi",
    ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", "test"],
    {
      cwd: lab.directory,
      env: { ...process.env, ...lab.standIn.environment },
      detached: true,
      stdio: "ignore",
    },
  );
  let met = false;
  const forget = lab.standIn.journal.listen((entry) => {
    if (met || !matches(entry)) return;
    met = true;
    process.kill(-child.pid!, "SIGKILL");
  });
  await once(child, "close");
  forget();
  return met;
}

/** Makes the stack usable again, as `npm start` does. */
export async function heal(lab: LabProject): Promise<void> {
  const { azure, backend } = partsOf(path.join(lab.directory, "local"));
  await healInterrupted({
    pulumi: openPulumi({ ...process.env, ...lab.standIn.environment }, lab.directory),
    stack: "test",
    backend,
    findResource: openResourceFinder(azure),
    report: () => {},
  });
}
