import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { runCommand } from "../engine/runCommand";
import { guestFilesHash } from "../guest/contract";
import type { Inputs } from "./plan/record";

/** Everything that decides what an update of the stack does now. Nothing is asked of the backend. */
export async function readInputs(folder: string, configurationFile: string): Promise<Inputs> {
  const library = libraryOf(folder);
  const { version } = readJson(path.join(library, "package.json")) as { version?: string };
  const guest = path.join(library, "guest", "PeerLab");
  return {
    configuration: readText(configurationFile),
    ...(await commitOf(folder)),
    libraryVersion: version ?? "",
    guestFilesHash: guestFilesHash((name) => fs.readFileSync(path.join(guest, name)), sha256),
  };
}

/** How a stack keeps its secrets: no part of its definition, and added by the engine where it stands nowhere yet. */
const ofSecretsProvider = ["secretsprovider", "encryptedkey", "encryptionsalt"];

/** Whether two texts of a configuration file say the same of the lab, however the engine has laid them out. */
export function isSameConfiguration(one: string, other: string): boolean {
  return isDeepStrictEqual(contentOf(one), contentOf(other));
}

/** Whether nothing differs but how the stack keeps its secrets, or how its configuration file is laid out. */
export function isSameDefinition(one: Inputs, other: Inputs): boolean {
  const [rest, others] = [one, other].map((inputs) => ({ ...inputs, configuration: "" }));
  return (
    isDeepStrictEqual(rest, others) && isSameConfiguration(one.configuration, other.configuration)
  );
}

function contentOf(text: string): unknown {
  const { config = {}, ...settings } = (parse(text) ?? {}) as Record<string, unknown>;
  const others = Object.entries(settings).filter(([key]) => !ofSecretsProvider.includes(key));
  return { ...Object.fromEntries(others), config: config ?? {} };
}

/** Text of a stack's configuration file; empty where there is none. */
function readText(file: string): string {
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
}

/**
 * The folder of the library that the program in `folder` uses: one that holds its guest files, at the program or above it, else the
 * package `peerlab` as Node finds it from there, else the one that this file belongs to.
 */
function libraryOf(folder: string): string {
  for (let at = folder; ; at = path.dirname(at)) {
    for (const library of [at, path.join(at, "node_modules", "peerlab")]) {
      if (fs.existsSync(path.join(library, "guest", "PeerLab", "peerlab.ps1"))) {
        return withPackage(library);
      }
    }
    if (path.dirname(at) === at) return path.dirname(__dirname);
  }
}

/** The folder itself where it has the library's package file; a copy of parts of it goes by the next one above. */
function withPackage(library: string): string {
  return fs.existsSync(path.join(library, "package.json")) ? library : path.dirname(__dirname);
}

/** The commit of the program, and whether files differ from it; nothing where it is in no repository, or Git is not there. */
async function commitOf(folder: string): Promise<Pick<Inputs, "commit" | "uncommitted">> {
  const git = (...args: string[]) =>
    runCommand("git", args, { cwd: folder }).catch(() => undefined);
  const head = await git("rev-parse", "HEAD");
  if (head?.code !== 0) return {};
  // Configuration is recorded as it is, and need not be committed.
  const others = [":(top)", ":(top,exclude,glob)**/Pulumi.*.yaml"];
  const [status, tracked] = [
    await git("status", "--porcelain", "--untracked-files=all", "--", ...others),
    await git("ls-files", "--error-unmatch", "Pulumi.yaml"),
  ];
  // A program that Git ignores is in no commit.
  const differs = status?.code !== 0 || status.stdout.trim() !== "" || tracked?.code !== 0;
  return { commit: head.stdout.trim(), uncommitted: differs };
}

function readJson(file: string): unknown {
  return JSON.parse(fs.readFileSync(file, "utf8"));
}

function sha256(bytes: Uint8Array | string): string {
  return crypto.createHash("sha256").update(bytes).digest("hex");
}
