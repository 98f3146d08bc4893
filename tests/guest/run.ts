/**
 * `npm run test:guest`: the tests of this folder alone, which need no Pulumi engine. The last line says what the Windows
 * side ran on. Arguments go to mocha; the exit code is mocha's.
 */
import { spawnSync } from "node:child_process";
import { monoVersion } from "./mono/build";
import { pwshVersion } from "./pwsh/machine";

/** `Ran on mono 6.8.0.105; no pwsh on PATH, so what needs it was not run.` */
export function ranOn(mono: string | undefined, pwsh: string | undefined): string {
  const present = [mono && `mono ${mono}`, pwsh && `pwsh ${pwsh}`].filter(Boolean);
  const missing = [mono ? "" : "mono", pwsh ? "" : "pwsh"].filter(Boolean);
  const not = `no ${missing.join(" and no ")} on PATH, so what needs it was not run`;
  if (present.length === 0) return `Ran on neither mono nor pwsh: ${not}.`;
  return `Ran on ${present.join(" and ")}${missing.length === 0 ? "" : `; ${not}`}.`;
}

function main(args: string[]): number {
  const mocha = require.resolve("mocha/bin/mocha.js");
  const given = args.length > 0 ? args : ["--spec", "tests/guest/**/*.test.ts"];
  const { status } = spawnSync(process.execPath, [mocha, ...given], { stdio: "inherit" });
  process.stdout.write(`${ranOn(monoVersion(), pwshVersion())}\n`);
  return status ?? 1;
}

if (require.main === module) process.exitCode = main(process.argv.slice(2));
