import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { lastLines, runCommand } from "../engine/runCommand";

/** A file that only its owner may read. */
export interface OwnerFile {
  path: string;
  content: Uint8Array;
}

export interface OwnerFilesOptions {
  /** Whether files that exist are replaced. */
  force?: boolean;
  /** Takes an empty file away from everybody but its owner, where the mode does not; that of the platform by default. */
  restrict?: (file: string) => Promise<void>;
}

/** Who may read the files, in words for the one who has them written. */
export function ownersRights(platform: NodeJS.Platform = process.platform): string {
  return platform === "win32"
    ? `Windows knows no file modes: icacls has taken all inherited rights away, and only ${windowsUser()} has access`
    : "you alone may read and write them (mode 0600)";
}

/**
 * Writes files that their owner alone may read and write: all of them, or none. The rights are set before the content is
 * there. Throws where one exists, unless `force` is given; what is no ordinary file is never replaced.
 */
export async function writeOwnerFiles(
  files: readonly OwnerFile[],
  { force = false, restrict = restrictOnWindows }: OwnerFilesOptions = {},
): Promise<void> {
  for (const { path: file } of files) refuseExisting(file, force);
  const written: { at: string; file: string }[] = [];
  try {
    for (const { path: file, content } of files) {
      const at = force ? path.join(path.dirname(file), `.${crypto.randomUUID()}.unfinished`) : file;
      fs.writeFileSync(at, "", { flag: "wx", mode: 0o600 });
      written.push({ at, file });
      await restrict(at);
      fs.writeFileSync(at, content, { flag: "r+", flush: true });
    }
    for (const { at, file } of written) if (at !== file) fs.renameSync(at, file);
  } catch (error) {
    for (const { at } of written) fs.rmSync(at, { force: true });
    const { code, path: at, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw alreadyThere(at ?? "A file");
    // The user has never heard of the unfinished one.
    const asked = files.find(({ path: file }) => at && path.dirname(file) === path.dirname(at));
    if (code === undefined || !asked) throw error;
    throw new Error(`${asked.path} cannot be written; nothing was written: ${reasonIn(message)}.`);
  }
}

function refuseExisting(file: string, force: boolean): void {
  const found = fs.lstatSync(file, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isFile()) {
    throw new Error(`${file} exists and is no ordinary file; nothing was written.`);
  }
  if (!force) throw alreadyThere(file);
}

/** `ENOENT: no such file or directory`, without the call and its path. */
function reasonIn(message: string): string {
  return message.split(",")[0];
}

function alreadyThere(file: string): Error {
  return new Error(`${file} exists; nothing was written. Move it away, or let --force replace it.`);
}

function windowsUser(): string {
  const { username } = os.userInfo();
  const domain = process.env.USERDOMAIN;
  return domain ? `${domain}\\${username}` : username;
}

async function restrictOnWindows(file: string): Promise<void> {
  if (process.platform !== "win32") return;
  const args = [file, "/inheritance:r", "/grant:r", `${windowsUser()}:F`];
  const { code, stdout, stderr } = await runCommand("icacls", args);
  if (code === 0) return;
  throw new Error(
    `The rights of ${file} cannot be set: icacls ended with ${code ?? "a signal"}: ${lastLines(stdout + stderr)}`,
  );
}
