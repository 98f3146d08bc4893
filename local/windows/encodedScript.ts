/** The script that PowerShell is given with `-EncodedCommand`: base64 of UTF-16LE; undefined where there is none. */
export function encodedScript(powerShellArguments: string[]): string | undefined {
  const at = powerShellArguments.findIndex((part) => /^-(e|ec|enc|encodedcommand)$/i.test(part));
  if (at === -1) return undefined;
  return Buffer.from(powerShellArguments[at + 1] ?? "", "base64").toString("utf16le");
}

/** A command line for the journal and for a fault's `match`: of an encoded script only the first line, which names it. */
export function readableCommandLine(commandLine: string): string {
  const parts = commandLine.split(/\s+/);
  const script = encodedScript(parts);
  if (script === undefined) return commandLine;
  const [title] = script.split(/\r?\n/);
  return [...parts.slice(0, -1), `(${title})`].join(" ");
}
