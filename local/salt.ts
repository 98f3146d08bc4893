import * as fs from "node:fs";
import * as path from "node:path";

/** The stack that belongs to the stand-in alone; others of its name are local to somebody else. */
const ownStackFile = "Pulumi.local.yaml";

/**
 * Keeps the salt of this directory's passphrase out of the stacks' configuration files, which belong to the project's
 * repository: Pulumi writes it into `Pulumi.<stack>.yaml` when it makes a stack, where it would be wrong for everyone
 * else. The state holds it too, and Pulumi is told to take it from there. Call before a command, and call the result after
 * it: a salt in the file of the stand-in's own stack, and those that the command added to other files in
 * `projectDirectory`, are taken out, except where the file holds secrets that need it. A passphrase of the caller's
 * own is left to the caller, and so is its salt.
 */
export function keepSaltOut(projectDirectory: string, standIn: Record<string, string>): () => void {
  if (!("PULUMI_CONFIG_PASSPHRASE" in standIn)) return () => {};
  const own = path.join(projectDirectory, ownStackFile);
  if (fs.existsSync(own)) removeSalt(own);
  const before = new Map(
    stackFiles(projectDirectory).map((file) => [file, fs.readFileSync(file, "utf8")]),
  );
  return () => {
    for (const file of stackFiles(projectDirectory)) {
      const old = before.get(file);
      if (old === undefined || !saltLine.test(old)) removeSalt(file, old);
    }
  };
}

/** @param old what the file held before it got its salt, if it was there */
function removeSalt(file: string, old?: string): void {
  const text = fs.readFileSync(file, "utf8");
  if (!saltLine.test(text) || /^\s*secure:/m.test(text)) return;
  const cleaned = text.replace(saltLine, "");
  if (cleaned.trim() === "") fs.rmSync(file);
  // Pulumi lays the whole file out anew; the user's own layout comes back where nothing else changed.
  else fs.writeFileSync(file, old !== undefined && sameContent(old, cleaned) ? old : cleaned);
}

const saltLine = /^encryptionsalt:.*\r?\n?/m;

function stackFiles(directory: string): string[] {
  return fs
    .readdirSync(directory)
    .filter((name) => /^Pulumi\..+\.ya?ml$/.test(name))
    .map((name) => path.join(directory, name));
}

function sameContent(a: string, b: string): boolean {
  const content = (text: string) =>
    text
      .split(/\r?\n/)
      .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
      .filter((line) => line !== "")
      .join("\n");
  return content(a) === content(b);
}
