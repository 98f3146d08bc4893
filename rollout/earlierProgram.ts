import * as fs from "node:fs";
import * as path from "node:path";
import { lastLines, runCommand } from "../engine/runCommand";
import type { Inputs } from "./plan/record";
import { StageError, type Stage } from "./stage";

/** A checkout of the program as it was. */
export interface EarlierProgram {
  /** Folder of the Pulumi project in it, absolute. */
  project: string;
  remove(): Promise<void>;
}

/** Whether the program that is here does what that of the recorded inputs did on machines: the same library and guest files. */
export function isSameProgram(now: Inputs, target: Inputs): boolean {
  return (
    now.libraryVersion === target.libraryVersion && now.guestFilesHash === target.guestFilesHash
  );
}

/**
 * Checks the recorded commit out beside the user's own checkout, which stays as it is. Throws a {@link StageError} that says why
 * where it cannot be had as it was.
 */
export async function checkOutProgram(
  stage: Stage,
  target: Inputs,
  folder: string,
): Promise<EarlierProgram> {
  const refuse = (reason: string): never => {
    const what = "the library or the guest files were others when the stage last succeeded";
    throw new StageError(stage.name, `${what}, and ${reason}`);
  };
  const { commit, uncommitted } = target;
  if (commit === undefined) return refuse("no commit of them is known");
  if (uncommitted) {
    return refuse(`they were not as the commit ${commit} has them: files were not committed`);
  }
  const git = (...args: string[]) => runCommand("git", args, { cwd: stage.project });
  const top = (await git("rev-parse", "--show-toplevel")).stdout.trim();
  if ((await git("cat-file", "-e", `${commit}^{commit}`)).code !== 0) {
    return refuse(`this repository has no commit ${commit}; git fetch may bring it`);
  }
  const checkout = path.join(folder, "checkout");
  const remove = async () => {
    // A link to packages is not to be followed.
    fs.rmSync(path.join(checkout, "node_modules"), { recursive: true, force: true });
    await git("worktree", "remove", "--force", checkout);
    await git("worktree", "prune");
  };
  if (fs.existsSync(checkout)) await remove();
  const added = await git("worktree", "add", "--detach", checkout, commit);
  if (added.code !== 0) return refuse(`Git cannot check ${commit} out: ${lastLines(added.stderr)}`);
  try {
    await providePackages(stage, top, checkout);
    return {
      project: path.join(checkout, path.relative(top, fs.realpathSync(stage.project))),
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The packages of the checkout: those that are here where its lock file is the same, else installed as it says. */
async function providePackages(stage: Stage, top: string, checkout: string): Promise<void> {
  const lock = (folder: string) => {
    const file = path.join(folder, "package-lock.json");
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
  };
  if (lock(checkout) === undefined) return;
  const here = path.join(top, "node_modules");
  if (lock(checkout) === lock(top) && fs.existsSync(here)) {
    fs.symlinkSync(fs.realpathSync(here), path.join(checkout, "node_modules"), "junction");
    return;
  }
  const [npm, args] =
    process.platform === "win32"
      ? [process.env.ComSpec ?? "cmd.exe", ["/d", "/s", "/c", "npm ci --no-audit --no-fund"]]
      : ["npm", ["ci", "--no-audit", "--no-fund"]];
  const { code, stdout, stderr } = await runCommand(npm, args, { cwd: checkout });
  if (code === 0) return;
  const said = lastLines(stderr || stdout);
  throw new StageError(stage.name, `npm ci for the earlier program ended with ${code}: ${said}`);
}
