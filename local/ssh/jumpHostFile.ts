import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { generateSshKey } from "../sshKey";

/** What the jump host keeps between runs, so that connections written into a stack stay valid. */
export interface JumpHostFile {
  port: number;
  password: string;
  privateKey: string;
  /** In `authorized_keys` form, without comment. */
  publicKey: string;
}

/** Reads the file in `directory`, or makes one with a new key and password and no port chosen yet. */
export function readJumpHostFile(directory: string): JumpHostFile {
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = fileIn(directory);
  if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, "utf8")) as JumpHostFile;
  const made: JumpHostFile = {
    port: 0,
    password: crypto.randomBytes(24).toString("base64url"),
    ...generateSshKey(),
  };
  writeJumpHostFile(directory, made);
  return made;
}

/** Only the owner may read it. */
export function writeJumpHostFile(directory: string, content: JumpHostFile): void {
  const file = fileIn(directory);
  const unfinished = `${file}.unfinished`;
  fs.writeFileSync(unfinished, JSON.stringify(content), { mode: 0o600 });
  fs.renameSync(unfinished, file);
}

function fileIn(directory: string): string {
  return path.join(directory, "jump-host.json");
}
