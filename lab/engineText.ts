/** The last part of a URN: the name that the program gave the resource. */
export function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

/** More than this nobody reads; the first says most. */
const mostLines = 2;
/** The Automation API's message begins each part of the output so. */
const partMark = /^\s*(stdout|stderr|err\?): ?/;
/** What the engine ends with, whatever it was. */
const summary = /^error: (update|preview|refresh|destroy) (failed|canceled)\.?$/i;

/** What the engine says is wrong, in two lines at most, each once; the Automation API's message has all of its output. */
export function reasonOf({ message }: Error): string {
  const lines = message.split("\n").map((line) => line.replace(partMark, "").trim());
  const said = lines.filter((line) => line !== "" && !/^code: -?\d+$/.test(line));
  const errors = said.filter((line) => /^error:/i.test(line));
  const telling = errors.filter((line) => !summary.test(line));
  const [reasons] = [telling, errors, said.slice(0, 1)].filter((some) => some.length > 0);
  return [...new Set(reasons ?? lines.slice(0, 1))].slice(0, mostLines).join(" ");
}
