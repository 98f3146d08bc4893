import * as net from "node:net";
import type { Duplex } from "node:stream";
// Loaded where a connection is opened: most runs open none.
import type * as ssh2 from "ssh2";
import type { PeerConnection } from "./peerMachine";

/**
 * SSH from the program itself, for the two things that a resource cannot do: to find out whether a machine answers and takes
 * the password before a step is given to the command provider (which counts refused passwords like refused connections and
 * tries them again, until Windows locks the account), and to find out which of two passwords a machine has.
 */
export interface SshSession {
  /** Runs a command line with this standard input. Rejects where the session ended before the command. */
  run(commandLine: string, standardInput: string): Promise<SshResult>;
  close(): void;
}

export interface SshResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** The machine answered, and did not take the password. */
export class LogonRefusedError extends Error {}

/** The machine, or the jump host, answered with another host key than the pinned one. */
export class HostKeyError extends Error {}

/** Logs on once. Rejects with {@link LogonRefusedError}, {@link HostKeyError}, or any other error where nothing answers. */
export async function openSshSession(
  connection: PeerConnection,
  timeoutMilliseconds: number,
): Promise<SshSession> {
  // In programs that are compiled for Node's own module system, as Pulumi does where no tsconfig.json says otherwise, a package of
  // CommonJS has some of its exports in `default` alone.
  const loaded = (await import("ssh2")) as typeof ssh2 & { default?: typeof ssh2 };
  const { Client, utils } = loaded.default ?? loaded;
  const { jumpHost } = connection;
  const logOn = (endpoint: Endpoint, socket: Duplex): Promise<ssh2.Client> =>
    logOnOnce(new Client(), utils, endpoint, socket, timeoutMilliseconds);
  if (!jumpHost) {
    const client = await logOn(connection, await dial(connection, timeoutMilliseconds));
    return sessionOf(client, () => client.end());
  }
  const jump = await logOn(jumpHost, await dial(jumpHost, timeoutMilliseconds)).catch((error) => {
    throw said(error, `the jump host ${jumpHost.host}: `);
  });
  try {
    const channel = await forward(jump, connection, timeoutMilliseconds);
    const client = await logOn(connection, channel);
    return sessionOf(client, () => {
      client.end();
      jump.end();
    });
  } catch (error) {
    jump.end();
    throw error;
  }
}

type Endpoint = Pick<PeerConnection, "host" | "port" | "user" | "hostKey"> & {
  password?: string;
  privateKey?: string;
};

function said(error: unknown, prefix: string): Error {
  const known = error as Error;
  known.message = `${prefix}${known.message}`;
  return known;
}

function dial({ host, port = 22 }: Endpoint, timeoutMilliseconds: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port });
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(timeoutMilliseconds, () => fail(new Error("nothing answers")));
    socket.once("error", fail);
    socket.once("connect", () => {
      socket.setTimeout(0);
      socket.off("error", fail);
      socket.on("error", () => {});
      resolve(socket);
    });
  });
}

function forward(
  jump: ssh2.Client,
  { host, port = 22 }: Endpoint,
  timeoutMilliseconds: number,
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("nothing answers")), timeoutMilliseconds);
    jump.forwardOut("127.0.0.1", 0, host, port, (error, channel) => {
      clearTimeout(timer);
      if (error) reject(new Error("nothing answers"));
      else resolve(channel);
    });
  });
}

function logOnOnce(
  client: ssh2.Client,
  utils: typeof ssh2.utils,
  endpoint: Endpoint,
  socket: Duplex,
  timeoutMilliseconds: number,
): Promise<ssh2.Client> {
  const { user, password, privateKey, hostKey } = endpoint;
  const pinned = hostKey === undefined ? undefined : utils.parseKey(hostKey.trim());
  if (pinned instanceof Error) {
    socket.destroy();
    throw new HostKeyError(`the host key is not readable`);
  }
  let otherKey = false;
  return new Promise((resolve, reject) => {
    const fail = (error: Error & { level?: string }) => {
      client.end();
      socket.destroy();
      if (otherKey) {
        reject(new HostKeyError("another host key than the pinned one"));
      } else if (error.level === "client-authentication") {
        reject(new LogonRefusedError(`the logon of ${user} was refused`));
      } else reject(error);
    };
    client.once("error", fail);
    client.once("close", () => fail(new Error("the connection was closed")));
    client.once("ready", () => {
      client.removeAllListeners("error").removeAllListeners("close");
      client.on("error", () => {});
      resolve(client);
    });
    client.connect({
      sock: socket,
      username: user,
      password,
      privateKey,
      readyTimeout: timeoutMilliseconds,
      // One attempt: a password that is refused is not offered again by another name.
      authHandler: [privateKey === undefined ? "password" : "publickey"],
      ...(pinned && {
        algorithms: { serverHostKey: [pinned.type as ssh2.ServerHostKeyAlgorithm] },
        hostVerifier: (key: Buffer) => !(otherKey = !key.equals(pinned.getPublicSSH())),
      }),
    });
  });
}

function sessionOf(client: ssh2.Client, close: () => void): SshSession {
  return {
    close,
    run: (commandLine, standardInput) =>
      new Promise((resolve, reject) => {
        client.exec(commandLine, (error, channel) => {
          if (error) return reject(error);
          let exitCode: number | undefined;
          const stdout: Buffer[] = [];
          const stderr: Buffer[] = [];
          channel.on("data", (data: Buffer) => stdout.push(data));
          channel.stderr.on("data", (data: Buffer) => stderr.push(data));
          channel.once("exit", (code: number | null) => (exitCode = code ?? undefined));
          channel.once("close", () => {
            if (exitCode === undefined) return reject(new Error("the session was cut"));
            resolve({
              exitCode,
              stdout: Buffer.concat(stdout).toString("utf8"),
              stderr: Buffer.concat(stderr).toString("utf8"),
            });
          });
          channel.end(standardInput);
        });
      }),
  };
}
