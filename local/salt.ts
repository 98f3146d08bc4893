import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Keeps the salt of this directory's passphrase out of the stacks' configuration files, which belong to the project's
 * repository: Pulumi writes it into `Pulumi.<stack>.yaml` when it makes a stack, where it would be wrong for everyone
 * else. The state holds it too. Call before a command, and call the result after it: salts that the command added to
 * files in `projectDirectory` are taken out again, except where the file holds secrets that need it.
 */
export function keepSaltOut(projectDirectory: string): () => void {
  const before = new Map(
    stackFiles(projectDirectory).map((file) => [file, fs.readFileSync(file, "utf8")]),
  );
  return () => {
    for (const file of stackFiles(projectDirectory)) {
      const old = before.get(file);
      if (old !== undefined && saltLine.test(old)) continue;
      const text = fs.readFileSync(file, "utf8");
      if (!saltLine.test(text) || /^\s*secure:/m.test(text)) continue;
      const cleaned = withoutSalt(text);
      if (old === undefined && cleaned.trim() === "") fs.rmSync(file);
      // Pulumi lays the whole file out anew; the user's own layout comes back where nothing else changed.
      else fs.writeFileSync(file, old !== undefined && sameContent(old, cleaned) ? old : cleaned);
    }
  };
}

const saltLine = /^encryptionsalt:.*\r?\n?/m;

function withoutSalt(text: string): string {
  return text.replace(saltLine, "");
}

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
