import type { Run } from "./labProject";

/** How often a machine's SSH server was asked for something in a run. */
export interface SshConnections {
  /** Somebody logged on. */
  logons: number;
  /** A logon was refused. */
  refused: number;
  /** Somebody waited for the server's greeting and left: no keys were exchanged, and nobody logged on. */
  knocks: number;
}

/** The connections to each machine that was reached, by its name. */
export function sshConnections(run: Run): Record<string, SshConnections> {
  const result: Record<string, SshConnections> = {};
  for (const { kind, subject, what, outcome } of run.journal) {
    if (kind !== "ssh" || subject === "jump host") continue;
    const of = (result[subject] ??= { logons: 0, refused: 0, knocks: 0 });
    if (what === "knock") of.knocks += 1;
    else if (what.startsWith("logon of") && outcome === "ok") of.logons += 1;
    else if (what.startsWith("logon of")) of.refused += 1;
  }
  return result;
}

/** How often somebody logged on to each machine. */
export function logons(run: Run): Record<string, number> {
  const counts = Object.entries(sshConnections(run)).map(([machine, of]) => [machine, of.logons]);
  return Object.fromEntries(counts.filter(([, count]) => count !== 0));
}
