import * as fs from "node:fs";
import * as path from "node:path";
import type { Sftp } from "./sftpClient";

/**
 * Copies a file or a folder. Paths are joined by the rules of this computer, not of the remote one.
 *
 * | source | target is a folder | target is missing | target is a file |
 * |---|---|---|---|
 * | folder | target/folder | target/folder | error |
 * | folder/ | its content | its content | error |
 * | file | target/file | target | target, overwritten |
 */
export async function copyPath(sftp: Sftp, source: string, target: string): Promise<void> {
  const present = await sftp.stat(target);
  if (fs.statSync(source).isDirectory()) {
    if (!present) {
      await explained(`failed to create remote directory ${target}`, sftp.makeDirectories(target));
    }
    await copyFolder(
      sftp,
      source,
      source.endsWith("/") ? target : path.join(target, path.basename(source)),
    );
    return;
  }
  if (!present) await makeParents(sftp, target);
  await copyFile(
    sftp,
    source,
    present?.isDirectory() ? path.join(target, path.basename(source)) : target,
  );
}

/** Writes a text asset, for which the target has to name a file. */
export async function copyText(sftp: Sftp, text: string, target: string): Promise<void> {
  if ((await sftp.stat(target))?.isDirectory()) {
    throw new Error(
      `remote path ${target} is a directory; when using a text asset, remotePath must be a file path`,
    );
  }
  await makeParents(sftp, target);
  await explained(
    `failed to create remote file ${target}`,
    sftp.writeFile(target, Buffer.from(text, "utf8")),
  );
}

async function makeParents(sftp: Sftp, target: string): Promise<void> {
  await explained(
    `failed to create parent directories for ${target}`,
    sftp.makeDirectories(path.dirname(target)),
  );
}

async function copyFolder(sftp: Sftp, source: string, target: string): Promise<void> {
  const present = await sftp.stat(target);
  if (present && !present.isDirectory()) {
    throw new Error(`remote path ${target} exists but is not a directory`);
  }
  if (!present) {
    await explained(`failed to create remote directory ${target}`, sftp.makeDirectory(target));
  }
  const entries = fs.readdirSync(source, { withFileTypes: true });
  for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
    const [from, to] = [path.join(source, entry.name), path.join(target, entry.name)];
    if (entry.isDirectory()) await copyFolder(sftp, from, to);
    else await copyFile(sftp, from, to);
  }
}

async function copyFile(sftp: Sftp, source: string, target: string): Promise<void> {
  await explained(
    `failed to create remote file ${target}`,
    sftp.writeFile(target, fs.readFileSync(source)),
  );
}

async function explained(what: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`);
  }
}
