/**
 * Records the state of a lab made by this version, to be checked in: later versions have to bring it up without a change that
 * the changelog does not name (upgrade.test.ts). To be run once for each release, when it is finished.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { openLabProject } from "../labProject";
import { record, recordedConfiguration } from "./recording";

const root = path.resolve(__dirname, "../../..");
const { version } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
  version: string;
};

async function main(): Promise<void> {
  const lab = await openLabProject();
  try {
    lab.configure(recordedConfiguration);
    const run = await lab.up();
    if (run.code !== 0) throw new Error(run.output);
    await lab.standIn.close();
    record(version, path.join(lab.directory, "local"));
    console.log(`Recorded: a lab of version ${version}.`);
  } finally {
    await lab.close();
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
