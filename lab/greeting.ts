import { setTimeout as pause } from "node:timers/promises";
import { JumpHostError, type JumpHosts } from "../components/jumpHosts";
import { knock } from "../components/knock";
import type { PeerConnection } from "../components/peerMachine";

export interface GreetingOptions {
  reach: JumpHosts["reach"];
  /** Ends the wait; then it throws an `AbortError`. */
  signal: AbortSignal;
  /** Told once, where the server does not answer at once. */
  notYet(): void;
  /** How long it is waited for in all, in milliseconds. */
  limit?: number;
}

/** Windows boots within a few minutes, with updates within many. */
const limitMilliseconds = 5 * 60_000;
const dialMilliseconds = 15_000;
const pauseMilliseconds = 5_000;

/**
 * Waits until a machine's SSH server says its first line; nobody logs on. Returns why it is no longer waited for, where that line
 * did not come; undefined where it came.
 */
export async function awaitGreeting(
  connection: PeerConnection,
  { reach, signal, notYet, limit = limitMilliseconds }: GreetingOptions,
): Promise<string | undefined> {
  const end = Date.now() + limit;
  for (let isFirst = true; ; isFirst = false) {
    signal.throwIfAborted();
    try {
      await knock(await reach(connection, dialMilliseconds), dialMilliseconds);
      return undefined;
    } catch (error) {
      const { message } = error as Error;
      // It is not asked again: what it refuses now it refuses in a minute.
      if (error instanceof JumpHostError) return message;
      if (Date.now() + pauseMilliseconds > end) {
        return `it has not answered for ${Math.round(limit / 60_000)} minutes: ${message}`;
      }
    }
    if (isFirst) notYet();
    await pause(pauseMilliseconds, undefined, { signal });
  }
}
