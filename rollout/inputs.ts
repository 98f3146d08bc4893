import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
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

/** Configuration is recorded as it is, and need not be committed. */
const butConfiguration = [":(top)", ":(top,exclude,glob)**/Pulumi.*.yaml"];

/** The commit of the program, and what differs from it; without a commit where it is in no repository, or Git is not there. */
async function commitOf(
  folder: string,
): Promise<Pick<Inputs, "commit" | "uncommitted" | "differences">> {
  const git = (...args: string[]) =>
    runCommand("git", args, { cwd: folder }).catch(() => undefined);
  const head = await git("rev-parse", "--show-toplevel", "HEAD");
  const tracked = await git("ls-files", "--error-unmatch", "Pulumi.yaml");
  // A program that Git does not know is in no commit, whatever repository it lies in.
  if (head?.code !== 0 || tracked?.code !== 0) return { differences: sha256(programText(folder)) };
  const [top, commit] = head.stdout.trim().split("\n");
  const [status, changes, added] = await Promise.all([
    git("status", "--porcelain", "--untracked-files=all", "--", ...butConfiguration),
    git("diff", "--binary", "HEAD", "--", ...butConfiguration),
    git("ls-files", "-z", "--others", "--exclude-standard", "--full-name", ...butConfiguration),
  ]);
  const isClean = status?.code === 0 && status.stdout.trim() === "";
  if (isClean) return { commit, uncommitted: false };
  const files = (added?.stdout ?? "").split("\0").filter((name) => name !== "");
  const all = [
    changes?.stdout ?? "",
    ...files.map((name) => `${name} ${sha256(fs.readFileSync(path.join(top, name)))}`),
  ];
  return { commit, uncommitted: true, differences: sha256(all.join("\n")) };
}

/** A line for each file of the program, with its hash: what Node, or the compiler, reads. */
function programText(folder: string): string {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith(".") && name !== "node_modules")
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) return [programText(file)];
      // Other JSON files may be anybody's state.
      const isProgram =
        entry.isFile() && /\.[cm]?[jt]s$|^(package|tsconfig).*\.json$/.test(entry.name);
      return isProgram ? [`${entry.name} ${sha256(fs.readFileSync(file))}`] : [];
    })
    .join("\n");
}

function readJson(file: string): unknown {
  return JSON.parse(fs.readFileSync(file, "utf8"));
}

function sha256(bytes: Uint8Array | string): string {
  return crypto.createHash("sha256").update(bytes).digest("hex");
}
