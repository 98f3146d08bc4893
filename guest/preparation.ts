import { preparationFile, preparationMarker } from "./contract";

/** The files whose functions the preparation shares with the guest or has to itself, in the order they are put in. */
export const preparationParts = [
  "PeerLab/PeerCommon.ps1",
  "PeerLab/PeerFirewall.ps1",
  "PeerLab/PeerSeedPolicy.ps1",
  "PeerLab/PeerServices.ps1",
  "PeerLab/PeerNetworking.ps1",
  "OpenSsh.ps1",
] as const;

const insertionLine = "# === shared functions ===";

/**
 * The whole text of the run command that prepares a machine: `prepare.ps1` with the shared functions in the place it
 * keeps for them, behind its `param` block. It runs before any file is copied, so it has to be complete in itself.
 *
 * `readFile` returns the text of a file, named relative to this folder. Throws where a file is not in the expected form.
 */
export function preparationScript(readFile: (name: string) => string): string {
  const read = (name: string) => readFile(name).replace(/\r\n/g, "\n");
  const lines = read(preparationFile).split("\n");
  if (lines[0] !== preparationMarker) {
    throw new Error(
      `guest/${preparationFile}: the first line is "${lines[0]}", expected "${preparationMarker}".`,
    );
  }
  const places = lines.filter((line) => line === insertionLine).length;
  if (places !== 1) {
    throw new Error(
      `guest/${preparationFile}: the line "${insertionLine}" occurs ${places} times, expected once.`,
    );
  }
  const shared = preparationParts.map(read).join("\n");
  return lines.map((line) => (line === insertionLine ? shared : line)).join("\n");
}
