import * as net from "node:net";
import type { Duplex } from "node:stream";
// Loaded where a connection is opened: most runs open none.
import type * as ssh2 from "ssh2";
import type { JumpHost, PeerConnection } from "./peerMachine";

/**
 * SSH from the program itself, for what a resource cannot do: to find out which of two passwords a machine has, and to say, where a
 * step has failed and it may have been the logon, what the command provider does not say.
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

/** Opens a connection to a machine's SSH server, whichever way leads there. */
export type Reach = (connection: PeerConnection, timeoutMilliseconds: number) => Promise<Duplex>;

/**
 * Logs on once. Rejects with {@link LogonRefusedError}, {@link HostKeyError}, or any other error where nothing answers. Without
 * `reach` it goes through a session of its own to the jump host, where there is one.
 */
export async function openSshSession(
  connection: PeerConnection,
  timeoutMilliseconds: number,
  reach?: Reach,
): Promise<SshSession> {
  const { jumpHost } = connection;
  if (reach ?? !jumpHost) {
    const socket = await (reach ?? dial)(connection, timeoutMilliseconds);
    const client = await logOn(connection, socket, timeoutMilliseconds);
    return sessionOf(client, () => client.end());
  }
  const jump = await openJumpHost(jumpHost as JumpHost, timeoutMilliseconds);
  try {
    const channel = await forward(jump, connection, timeoutMilliseconds);
    const client = await logOn(connection, channel, timeoutMilliseconds);
    return sessionOf(client, () => {
      client.end();
      jump.end();
    });
  } catch (error) {
    jump.end();
    throw error;
  }
}

/** Logs on to a jump host; fails as {@link openSshSession} does, and says that it is about the jump host. */
export async function openJumpHost(
  jumpHost: JumpHost,
  timeoutMilliseconds: number,
  opened: (socket: net.Socket) => void = () => {},
): Promise<ssh2.Client> {
  try {
    const socket = await dial(jumpHost, timeoutMilliseconds);
    opened(socket);
    return await logOn(jumpHost, socket, timeoutMilliseconds);
  } catch (error) {
    throw said(error, `the jump host ${jumpHost.host}: `);
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

/** Opens a TCP connection. */
export function dial(
  { host, port = 22 }: Pick<Endpoint, "host" | "port">,
  timeoutMilliseconds: number,
): Promise<net.Socket> {
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

/** Opens a connection from the jump host on. */
export function forward(
  jump: ssh2.Client,
  { host, port = 22 }: Pick<Endpoint, "host" | "port">,
  timeoutMilliseconds: number,
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    jump.forwardOut("127.0.0.1", 0, host, port, (error, channel) => {
      clearTimeout(timer);
      if (isLate) channel?.destroy();
      else if (error) reject(new Error("nothing answers"));
      else resolve(channel);
    });
    const timer = setTimeout(() => {
      isLate = true;
      reject(new Error("nothing answers"));
    }, timeoutMilliseconds);
  });
}

async function logOn(
  endpoint: Endpoint,
  socket: Duplex,
  timeoutMilliseconds: number,
): Promise<ssh2.Client> {
  // In programs that are compiled for Node's own module system, as Pulumi does where no tsconfig.json says otherwise, a package of
  // CommonJS has some of its exports in `default` alone.
  const loaded = (await import("ssh2")) as typeof ssh2 & { default?: typeof ssh2 };
  const { Client, utils } = loaded.default ?? loaded;
  const client = new Client();
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
