import { passwordFile, passwordMarker } from "./contract";

/**
 * The one line that changes the password of the user who is logged on, valid under cmd and under PowerShell as sshd's
 * default shell. It carries its whole script, since it runs before any guest file is on the machine; its request goes
 * through standard input.
 *
 * `readFile` returns the text of a file, named relative to this folder. Throws where the file is not in the expected form.
 */
export function passwordCommand(readFile: (name: string) => string): string {
  const lines = readFile(passwordFile).replace(/\r\n/g, "\n").split("\n");
  if (lines[0] !== passwordMarker) {
    throw new Error(
      `guest/${passwordFile}: the first line is "${lines[0]}", expected "${passwordMarker}".`,
    );
  }
  const body = lines
    .slice(1)
    .join("\n")
    .replace(/<#[\s\S]*?#>/g, "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const script = [passwordMarker, ...body].join("\n");
  const encoded = Buffer.from(script, "utf16le").toString("base64");
  return `powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -EncodedCommand ${encoded}`;
}
