import type { JournalEntry } from "../local/journal";
import type { Reached } from "./results";

/**
 * How many resources a command declared or deleted, from the lines below `Resources:` at its end; the stack, which is one of them,
 * not counted. Throws where there are none.
 */
export function resourcesIn(output: string): number {
  const [, summary] = /\nResources:[ \t]*\r?\n((?:[ \t]+.*\r?\n)+)/.exec(output) ?? [];
  // `+ 3 created`, `+-1 replaced`, `4 changes. 10 unchanged`: the changes are the sum of the lines above.
  const lines = (summary ?? "").replace(/\d+ changes?\. /, "");
  const counts = lines.matchAll(/^\s+[^\s\d]*\s*(\d+) [a-z ]+$/gm);
  const sum = [...counts].reduce((total, [, count]) => total + Number(count), 0);
  if (sum === 0) throw new Error("the command does not say how many resources there are");
  return sum - 1;
}

/** What of the stand-in's journal reached machines. */
export function reachedIn(journal: readonly JournalEntry[]): Reached {
  const number = (is: (entry: JournalEntry) => boolean) => journal.filter(is).length;
  return {
    remoteCommands: number(({ kind }) => kind === "command"),
    runCommands: number(({ kind, what }) => kind === "runCommand" && what === "script ended"),
    connections: number(isLogon),
    refused: number((entry) => entry.kind === "ssh" && !isLogon(entry) && !isKnock(entry)),
  };
}

/** A connection that a machine's server let in. */
function isLogon({ kind, what, outcome }: JournalEntry): boolean {
  return kind === "ssh" && what.startsWith("logon of ") && outcome === "ok";
}

/** Somebody who looked whether a server answers, and went without a word. */
function isKnock({ what }: JournalEntry): boolean {
  return what.startsWith("knock");
}
