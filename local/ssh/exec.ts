import type { ServerChannel } from "ssh2";
import { execute, SessionEnded, type Logon, type Machine } from "../windows";

export interface ExecOptions {
  machine: Machine;
  logon: Logon;
  channel: ServerChannel;
  commandLine: string;
  /** Aborted with the connection. */
  connection: AbortSignal;
  /** Cuts the connection without a word. */
  cut: () => void;
}

/** Runs one command on a channel: standard input up to its end, output and exit status, then the end of the channel. */
export async function runExec(options: ExecOptions): Promise<void> {
  const { channel, connection } = options;
  const session = new AbortController();
  const end = () => session.abort();
  connection.addEventListener("abort", end, { once: true });
  channel.once("close", end);
  const standardInput = collect(channel, session.signal);
  try {
    const result = await execute({
      machine: options.machine,
      logon: options.logon,
      commandLine: options.commandLine,
      readStandardInput: () => standardInput,
      session: session.signal,
    });
    if (result.stdout) await write(channel, result.stdout);
    if (result.stderr) await write(channel.stderr, result.stderr);
    channel.exit(result.exitCode);
    channel.end();
  } catch (error) {
    if (!(error instanceof SessionEnded)) {
      // A flaw of the stand-in: told in the journal, while the other machines go on.
      options.machine.environment.journal.write({
        kind: "command",
        subject: options.machine.record.computerName,
        what: options.commandLine,
        outcome: "failed in the stand-in",
        detail: error instanceof Error ? error.name : typeof error,
      });
    }
    options.cut();
  } finally {
    connection.removeEventListener("abort", end);
  }
}

/** Everything up to the end of the input; what reads it ends with the session. */
function collect(channel: ServerChannel, session: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const input = new Promise<Buffer>((resolve, reject) => {
    channel.on("data", (chunk: Buffer) => chunks.push(chunk));
    channel.once("end", () => resolve(Buffer.concat(chunks)));
    session.addEventListener("abort", () => reject(new SessionEnded()), { once: true });
  });
  // Not every command reads it.
  input.catch(() => {});
  return input;
}

function write(stream: NodeJS.WritableStream, text: string): Promise<void> {
  return new Promise((resolve) => stream.write(text, "latin1", () => resolve()));
}
