/** `npm run local -- COMMAND`: commands around the local stand-in for Azure. */
import * as fs from "node:fs";
import { runInForeground } from "./childProcess";
import { localDirectory, partsOf } from "./directory";
import { look, lookSubjects } from "./look";
import { keepSaltOut } from "./salt";
import { serveInForeground } from "./serve";
import { takeDirectory } from "./session";
import { useStandIn } from "./useStandIn";

const help = `npm run local                          keep the stand-in running, with a log, until Ctrl-C
npm run local -- COMMAND ARGUMENTS...  run any command with the stand-in around it
npm run local -- look [${lookSubjects.join("|")}]  show what there is, or what ran on the machines
npm run local -- reset                 forget everything: machines, network and the stacks' state
npm run local -- help                  this text

COMMAND sees Azure and Windows played on this computer: the engine is first on its PATH, and its stacks are kept
apart from your own. A stand-in that is already running in another terminal is used; otherwise one is started and
ended with the command. The command's exit code is passed on.

  npm run local -- pulumi preview --stack local
  npm run local -- pulumi destroy --stack local

look, reset and help are words of this command. A program of such a name runs by its path: npm run local -- ./reset

PEERLAB_LOCAL_DIRECTORY  where the state is kept (.peerlab/local)
PEERLAB_CACHE            where engine and plugins are kept (the user's cache folder)
PEERLAB_PULUMI           the pulumi command to use`;

/** Told on standard error: standard output belongs to the command. */
const report = (message: string) => process.stderr.write(`${message}\n`);

async function main([command, ...args]: string[]): Promise<number> {
  const directory = localDirectory();
  switch (command) {
    case undefined:
      return serveInForeground(directory, report);
    case "help":
    case "--help":
    case "-h":
      console.log(help);
      return 0;
    case "reset":
      return reset(directory);
    case "look":
      console.log(look(directory, args[0]));
      return 0;
    default:
      return useStandIn({ directory, report }, async (environment) => {
        const cleanUp = keepSaltOut(process.cwd(), environment);
        try {
          return await runInForeground(command, args, { ...process.env, ...environment });
        } finally {
          cleanUp();
        }
      });
  }
}

/** Removes all state. Throws `StandInRunningError` while a stand-in uses it. */
function reset(directory: string): number {
  if (!fs.existsSync(directory)) {
    console.log("There was nothing to forget.");
    return 0;
  }
  // A folder that was named by mistake is not emptied.
  const foreign = fs.readdirSync(directory).filter((name) => !isOurs(directory, name));
  if (foreign.length > 0) {
    throw new Error(
      `${directory} holds files that are not the stand-in's (${foreign.slice(0, 3).join(", ")}); nothing was removed.`,
    );
  }
  const release = takeDirectory(directory);
  try {
    fs.rmSync(directory, { recursive: true, force: true });
  } finally {
    release();
  }
  console.log(`Forgotten: everything in ${directory}.`);
  return 0;
}

function isOurs(directory: string, name: string): boolean {
  const own = Object.values(partsOf(directory)).map((file) => file.slice(directory.length + 1));
  return [...own, "journal.ndjson"].includes(name) || name.endsWith(".unfinished");
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    report(error.message);
    process.exitCode = 1;
  },
);
