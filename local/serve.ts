import type { JournalEntry } from "./journal";
import { findSession, StandInRunningError } from "./session";
import { startStandIn } from "./standin";
import { endRequest } from "./useStandIn";

/** Keeps the stand-in in the foreground with a readable log, until it is asked to end. Returns the exit code. */
export async function serveInForeground(
  directory: string,
  report: (message: string) => void,
): Promise<number> {
  const running = await findSession(directory);
  if (running) throw new StandInRunningError(directory, running.pid);
  const standIn = await startStandIn({ directory, report });
  const end = endRequest();
  const forget = standIn.journal.listen((entry) => console.log(formatEntry(entry)));
  console.log(
    [
      `The local stand-in for Azure runs; its state is in ${directory}.`,
      "From another terminal, in this folder:",
      "  npm run local -- pulumi up --stack local   any command against it",
      "  npm run local -- look                      what there is now",
      "Ctrl-C ends it; its state stays.",
      "",
    ].join("\n"),
  );
  await end.promise;
  end.forget();
  forget();
  await standIn.close();
  console.log("The local stand-in has ended.");
  return 0;
}

/** One line of the log: time, what kind of thing, whom it concerns, what happened and how it ended. */
export function formatEntry(entry: JournalEntry): string {
  const time = entry.time.slice(11, 19);
  const what = [
    entry.what,
    entry.outcome && `-> ${entry.outcome}`,
    entry.detail && `(${entry.detail})`,
  ];
  return `${time}  ${entry.kind.padEnd(10)}  ${shortSubject(entry.subject)}: ${what.filter(Boolean).join(" ")}`;
}

/** An ARM id without the part that is the same for all. */
export function shortSubject(subject: string): string {
  return subject.replace(/^\/subscriptions\/[^/]+\/resourceGroups\//i, "");
}
