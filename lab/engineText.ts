/** The last part of a URN: the name that the program gave the resource. */
export function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

/** What the engine says is wrong, each line once; the Automation API's message has all of its output. */
export function reasonOf({ message }: Error): string {
  const errors = message.split("\n").filter((line) => /^\s*error:/i.test(line));
  const lines = errors.length > 0 ? errors : message.trim().split("\n").slice(0, 1);
  return [...new Set(lines.map((line) => line.trim()))].join(" ");
}
