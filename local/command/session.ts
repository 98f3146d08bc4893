import type { Client, ClientChannel } from "ssh2";

export interface SessionResult {
  stdout: string;
  stderr: string;
  /** Both as they came, one after the other. */
  combined: string;
  /** Absent where the session ended without one. */
  exitStatus?: number;
  signal?: string;
  /** The bytes of the longest line of what was to be logged. */
  longestLoggedLine: number;
}

export interface SessionOptions {
  command: string;
  /** Sent whole, then the end of the input; empty: the end at once. */
  stdin: string;
  logged: { stdout: boolean; stderr: boolean };
}

/** Runs one command and waits, without a limit of time, for its end. */
export async function runSession(client: Client, options: SessionOptions): Promise<SessionResult> {
  const channel = await openExec(client, options.command);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  const combined: Buffer[] = [];
  const logged: Buffer[] = [];
  const collect = (own: Buffer[], isLogged: boolean) => (chunk: Buffer) => {
    own.push(chunk);
    combined.push(chunk);
    if (isLogged) logged.push(chunk);
  };
  let status: { exitStatus?: number; signal?: string } = {};
  channel.on("data", collect(stdout, options.logged.stdout));
  channel.stderr.on("data", collect(stderr, options.logged.stderr));
  channel.once("exit", (code: number | null, signal?: string) => {
    status = code === null ? { signal } : { exitStatus: code };
  });
  channel.on("error", () => {});
  const closed = new Promise<void>((resolve) => channel.once("close", () => resolve()));
  channel.end(options.stdin);
  await closed;
  const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString("utf8");
  return {
    stdout: text(stdout),
    stderr: text(stderr),
    combined: text(combined),
    longestLoggedLine: longestLine(Buffer.concat(logged)),
    ...status,
  };
}

function openExec(client: Client, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    const closed = () => reject(new Error("EOF"));
    client.once("close", closed);
    client.exec(command, (error, channel) => {
      client.off("close", closed);
      if (error) reject(new Error(`ssh: command ${JSON.stringify(command)} failed`));
      else resolve(channel);
    });
  });
}

function longestLine(bytes: Buffer): number {
  let longest = 0;
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0x0a, start);
    const length = (end === -1 ? bytes.length : end) - start;
    longest = Math.max(longest, length);
    start += length + 1;
  }
  return longest;
}
