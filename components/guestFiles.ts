import * as fs from "node:fs";
import * as path from "node:path";
import { guestFilesHash } from "../guest/contract";
import { sha256 } from "./secrets";

/** The folder whose contents are copied to each machine; it arrives under its own name. */
export const guestFilesFolder = path.join(__dirname, "..", "guest", "PeerLab");

/** Where the folder is copied to: the parent of `guestDirectory`. */
export const guestFilesDestination = "C:/ProgramData";

let hash: string | undefined;

/** The hash of the guest files that a machine has to hold, read once. */
export function currentGuestFilesHash(): string {
  hash ??= guestFilesHash((name) => fs.readFileSync(path.join(guestFilesFolder, name)), sha256);
  return hash;
}
