import { pulumiEnvironment } from "./environment";
import { findSession, joinSession, sessionGuests, StandInRunningError } from "./session";
import { startStandIn } from "./standin";

export interface UseOptions {
  directory: string;
  report: (message: string) => void;
}

/**
 * Runs `action` with the environment of the stand-in: of the one that is running, else of one that is started for it and
 * ended after it. One that others have come to use meanwhile waits for them, unless this process is asked to end.
 */
export async function useStandIn(
  options: UseOptions,
  action: (environment: Record<string, string>) => Promise<number>,
): Promise<number> {
  const { directory, report } = options;
  for (;;) {
    const session = await findSession(directory);
    if (session) {
      const leave = joinSession(directory);
      try {
        return await action(pulumiEnvironment({ directory, caller: process.env, ...session }));
      } finally {
        leave();
      }
    }
    let standIn;
    try {
      standIn = await startStandIn({ directory, report });
    } catch (error) {
      // Another process was faster; its session is there to be used.
      if (error instanceof StandInRunningError) continue;
      throw error;
    }
    try {
      const code = await action(standIn.environment);
      await guestsGone(directory, report);
      return code;
    } finally {
      await standIn.close();
    }
  }
}

/** Resolves when no other process uses our session any more, or when this one is asked to end. */
async function guestsGone(directory: string, report: (message: string) => void): Promise<void> {
  const guests = sessionGuests(directory);
  if (guests.length === 0) return;
  report(`Other commands still use this stand-in (processes ${guests.join(", ")}): waiting.`);
  const ended = endRequest();
  while (sessionGuests(directory).length > 0) {
    const pause = new Promise<void>((resolve) => setTimeout(resolve, 300));
    if (await Promise.race([pause.then(() => false), ended.promise.then(() => true)])) break;
  }
  ended.forget();
}

/** The next Ctrl-C, SIGTERM or SIGHUP, instead of the sudden end it would otherwise be. */
export function endRequest(): { promise: Promise<NodeJS.Signals>; forget: () => void } {
  const signals: NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  let listener: (signal: NodeJS.Signals) => void = () => {};
  const promise = new Promise<NodeJS.Signals>((resolve) => {
    listener = resolve;
    for (const signal of signals) process.on(signal, listener);
  });
  return {
    promise,
    forget: () => {
      for (const signal of signals) process.off(signal, listener);
    },
  };
}
