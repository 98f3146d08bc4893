import type { Duplex } from "node:stream";

/** OpenSSH's own limit for what the other side says first. */
const maximumBytes = 8192;

/**
 * Waits for the line by which an SSH server identifies itself (`SSH-2.0-OpenSSH_for_Windows_9.5`, RFC 4253 §4.2) and closes the
 * connection. Nothing is sent, no keys are exchanged and nobody logs on: it says that the server takes connections, and neither who
 * it is nor whether it takes a password. Rejects where it does not come in time, or where the server says something else and
 * closes, as OpenSSH does with too many connections at once (`Exceeded MaxStartups`).
 */
export function knock(connection: Duplex, timeoutMilliseconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let greeting = "";
    const end = (error?: Error) => {
      clearTimeout(timer);
      connection.off("data", read).off("close", closed);
      connection.on("error", () => {});
      connection.end();
      connection.destroy();
      if (error) reject(error);
      else resolve();
    };
    const closed = () => {
      const words = greeting.split(/\r?\n/)[0].trim();
      end(new Error(`it closed the connection ${words ? `with "${words}"` : "without a word"}`));
    };
    const read = (chunk: Buffer) => {
      greeting += chunk.toString("latin1");
      // Other lines may come before.
      if (/^SSH-(2\.0|1\.99)-[^\n]*\n/m.test(greeting)) end();
      else if (greeting.length > maximumBytes) end(new Error("it is no SSH server"));
    };
    const timer = setTimeout(() => end(new Error("nothing answers")), timeoutMilliseconds);
    connection.on("data", read).once("close", closed).once("error", end).once("end", closed);
  });
}
