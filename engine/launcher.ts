import * as fs from "node:fs";
import * as path from "node:path";
import type { Platform } from "./platform";

/** The script of the Node language host that goes with a built engine. */
export const languageHostScript = path.join(__dirname, "languageHost", "main.mjs");

/** Names the language host's script to the launcher, so that each checkout runs its own with the shared engine. */
export const languageHostVariable = "PEERLAB_LANGUAGE_HOST";

/**
 * Writes the executable `pulumi-language-nodejs` beside a built engine, where the engine looks for its language hosts.
 * It starts the script named by `PEERLAB_LANGUAGE_HOST`, else the one of the checkout that wrote it last.
 */
export function writeLauncher(directory: string, platform: Platform): void {
  const windows = platform.os === "windows";
  const file = path.join(
    directory,
    windows ? "pulumi-language-nodejs.cmd" : "pulumi-language-nodejs",
  );
  const content = windows ? windowsLauncher(languageHostScript) : shellLauncher(languageHostScript);
  if (fs.existsSync(file) && fs.readFileSync(file, "utf8") === content) return;
  // Renamed into place: an engine that starts at this moment finds the old launcher or the new one.
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, content, { mode: 0o755 });
  fs.renameSync(draft, file);
}

function shellLauncher(script: string): string {
  const quoted = `'${script.replaceAll("'", `'\\''`)}'`;
  return [
    "#!/bin/sh",
    `if [ -z "$${languageHostVariable}" ]; then ${languageHostVariable}=${quoted}; fi`,
    `exec node "$${languageHostVariable}" "$@"`,
    "",
  ].join("\n");
}

function windowsLauncher(script: string): string {
  return [
    "@echo off",
    "setlocal",
    `if not defined ${languageHostVariable} set "${languageHostVariable}=${script.replaceAll("%", "%%")}"`,
    `node "%${languageHostVariable}%" %*`,
    "",
  ].join("\r\n");
}
