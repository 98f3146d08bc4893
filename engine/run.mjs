/**
 * `node engine/run.mjs SCRIPT ARGUMENTS...` runs a script of this project, or a command that one of its packages brings
 * (`mocha`, `eslint`), after it has seen to it that Node is new enough and the packages are installed. It needs nothing
 * but Node itself, since it is what runs first on a fresh clone. The script's exit code is passed on.
 */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";

const leastNode = 20;
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

process.exitCode = await main(process.argv.slice(2));

/** @param {string[]} args */
async function main([name, ...args]) {
  if (Number(process.versions.node.split(".")[0]) < leastNode) {
    return fail(`Node ${leastNode} or newer is needed, this is ${process.version}.`);
  }
  if (!name) return fail("Usage: node engine/run.mjs SCRIPT ARGUMENTS...");
  // Loaded only now: an old Node shall get as far as the message above.
  const { findPackageCommand, installPackages } = await import("./packages.mjs");
  const installed = await installPackages(root);
  if (installed !== 0) return installed;

  const file = path.resolve(root, name);
  const script = fs.existsSync(file) ? file : findPackageCommand(root, name);
  if (!script) {
    return fail(
      `${name} is neither a file of this project nor a command of one of its npm packages.`,
    );
  }
  const compiler = script.endsWith(".ts")
    ? ["--require", path.join(root, "engine/typescript.cjs")]
    : [];
  return await run([...compiler, script, ...args]);
}

/**
 * Runs Node with our own terminal, and ends when it ends.
 *
 * @param {string[]} args
 * @returns {Promise<number>} the exit code, by the shells' rule 128 + number where a signal ended it
 */
function run(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: "inherit" });
    // Ctrl-C reaches the child by itself, from the terminal; others only reach this process.
    process.on("SIGINT", () => {});
    for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
    child.on("error", (error) => resolve(fail(`Node cannot be started: ${error.message}`)));
    child.on("exit", (code, signal) => resolve(code ?? 128 + os.constants.signals[signal]));
  });
}

/** @param {string} message */
function fail(message) {
  process.stderr.write(`${message}\n`);
  return 1;
}
