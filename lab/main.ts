#!/usr/bin/env node
/** `npm run lab -- VERB`: what one does with a lab after `pulumi up`. */
import { setMaxListeners } from "node:events";
import { runCommandLine } from "./commandLine";
import { verbs } from "./verbs";

// Where the package is installed it is compiled, and the command has a name of its own.
const call = __filename.endsWith(".ts") ? "npm run lab --" : "peerlab";

// Whoever reads has seen enough (`... | head`).
process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
  process.exit(code === "EPIPE" ? 0 : 1);
});

const asked = new AbortController();
// Each machine that is waited for listens to it.
setMaxListeners(0, asked.signal);
let endsItself = false;
for (const [signal, number] of [
  ["SIGINT", 2],
  ["SIGTERM", 15],
  ["SIGHUP", 1],
] as const) {
  process.on(signal, () => {
    // Whoever asks twice does not want to wait; and what only asks has nothing to finish.
    if (asked.signal.aborted || !endsItself) process.exit(128 + number);
    asked.abort(signal);
  });
}

void runCommandLine(process.argv.slice(2), verbs, call, {
  folder: process.cwd(),
  environment: process.env,
  output: (text) => process.stdout.write(text),
  report: (line) => process.stderr.write(`${line}\n`),
  screen: process.stderr,
  signal: asked.signal,
  endsItself: () => (endsItself = true),
}).then((code) => {
  process.exitCode = code;
});
