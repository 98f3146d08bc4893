import * as fs from "node:fs";
import * as path from "node:path";

export const guestFolder = path.join(__dirname, "..", "..", "guest");

/** The text of a file of `guest/`, with the line ends it has in the repository. */
export function readGuestText(name: string): string {
  return fs.readFileSync(path.join(guestFolder, name), "utf8");
}

/** Every file of `guest/` that runs inside Windows, relative to it. */
export function windowsFiles(): string[] {
  const here = fs.readdirSync(guestFolder).filter((name) => name.endsWith(".ps1"));
  const copied = fs.readdirSync(path.join(guestFolder, "PeerLab"));
  return [...here, ...copied.map((name) => `PeerLab/${name}`)];
}

export function powerShellFiles(): string[] {
  return windowsFiles().filter((name) => /\.psm?1$/.test(name));
}
