import * as fs from "node:fs";
import * as path from "node:path";
import { isCI, itNeeds } from "../missing";
import { reasonToSkip, runCase } from "./run";
import type { ContractCase } from "./subject";
import { subjects } from "./subjects";

/** Every table of this folder: `identity.cases.ts` exports the array `cases`. */
const tables = fs
  .readdirSync(__dirname)
  .filter((name) => name.endsWith(".cases.ts"))
  .map((name) => ({
    name: name.replace(".cases.ts", ""),
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- the tables are found, not listed.
    cases: (require(path.join(__dirname, name)) as { cases: ContractCase[] }).cases,
  }));

for (const subject of subjects) {
  describe(`guest/contract, the Windows side as ${subject.name} plays it`, function () {
    // A process of PowerShell for each action, up to forty in a case, on a computer that may have other work.
    this.timeout(subject.name === "pwsh" ? 600_000 : 180_000);
    const { unavailable, mayBeMissing = false } = subject;
    if (unavailable !== undefined && !mayBeMissing) {
      itNeeds("runs the contract", unavailable);
      if (isCI()) return;
    }
    for (const { name, cases } of tables) {
      describe(name, () => {
        for (const contractCase of cases) {
          const reason = reasonToSkip(subject, contractCase);
          if (reason === undefined) it(contractCase.name, () => runCase(subject, contractCase));
          else it.skip(`${contractCase.name} (not run: ${reason})`);
        }
      });
    }
  });
}
