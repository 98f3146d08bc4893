import * as crypto from "node:crypto";
import * as net from "node:net";
import { Server, type Connection, type ServerChannel } from "ssh2";
import type { Journal } from "../journal";
import { readJumpHostFile, writeJumpHostFile } from "./jumpHostFile";
import type { Reached } from "./reach";
import { openStartups } from "./startups";

/** Where and how to log on to the jump host. */
export interface JumpHostAddress {
  host: string;
  port: number;
  user: string;
  password: string;
  /** In `authorized_keys` form. */
  hostKey: string;
  /** What the machines and their security groups see: an address in a network of its own. */
  privateAddress: string;
  /** The same for IPv6. */
  privateIpv6Address: string;
}

export interface JumpHostOptions {
  directory: string;
  journal: Journal;
  connectTimeoutMilliseconds: number;
  /** From 0 to below 1: decides which of too many connections are dropped. */
  random: () => number;
  reach: (from: string, to: string, port: number) => Reached;
  connected: (reached: Extract<Reached, { outcome: "accepted" }>, channel: ServerChannel) => void;
}

const host = "127.0.0.1";
const user = "jump";
const privateAddress = "10.255.0.4";
const privateIpv6Address = "fd00:ffff:ffff::4";

/** Starts the one listening SSH server; all machines are reached through it. It forwards connections and does nothing else. */
export async function startJumpHost(
  options: JumpHostOptions,
): Promise<JumpHostAddress & { close(): Promise<void> }> {
  const { directory, journal } = options;
  const kept = readJumpHostFile(directory);
  const startups = openStartups(options.random);
  /** What to call when somebody has logged on, by the other side's port. */
  const logonsOf = new Map<number, () => void>();
  const ssh = new Server({ hostKeys: [kept.privateKey] }, (client, { port = 0 }) =>
    serve(client, kept.password, () => logonsOf.get(port)?.(), options),
  );
  // The TCP connections are held here, so that closing does not have to wait for the other side.
  const sockets = new Set<net.Socket>();
  const listener = net.createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    const authenticated = startups.enter(socket);
    if (!authenticated) {
      socket.on("error", () => {});
      return journal.write({
        kind: "ssh",
        subject: "jump host",
        what: "connection",
        outcome: "dropped",
        detail: "MaxStartups",
      });
    }
    const { remotePort = 0 } = socket;
    logonsOf.set(remotePort, authenticated);
    socket.once("close", () => logonsOf.delete(remotePort));
    ssh.injectSocket(socket);
  });
  const port = await listen(listener, kept.port, () =>
    journal.write({
      kind: "ssh",
      subject: "jump host",
      what: `port ${kept.port} is taken by another program`,
      outcome: "another port is used: connections in a stack's state have to be renewed",
    }),
  );
  if (port !== kept.port) writeJumpHostFile(directory, { ...kept, port });
  return {
    host,
    port,
    user,
    password: kept.password,
    hostKey: kept.publicKey,
    privateAddress,
    privateIpv6Address,
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Listens on the port of earlier runs, or on a free one. */
async function listen(server: net.Server, wanted: number, taken: () => void): Promise<number> {
  const attempt = (port: number) =>
    new Promise<number>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, () => {
        server.removeListener("error", reject);
        resolve((server.address() as net.AddressInfo).port);
      });
    });
  try {
    return await attempt(wanted);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    taken();
    return attempt(0);
  }
}

function serve(
  client: Connection,
  password: string,
  authenticated: () => void,
  options: JumpHostOptions,
): void {
  const timers = new Set<NodeJS.Timeout>();
  client.on("error", () => {});
  client.once("close", () => timers.forEach(clearTimeout));
  client.on("authentication", (context) => {
    const known =
      context.method === "password" &&
      context.username === user &&
      isSame(context.password, password);
    if (known) {
      authenticated();
      context.accept();
    } else context.reject(["password"]);
  });
  client.on("tcpip", (accept, reject, { destIP, destPort }) => {
    const from = net.isIPv6(destIP) ? privateIpv6Address : privateAddress;
    const reached = options.reach(from, destIP, destPort);
    if (reached.outcome === "accepted") return options.connected(reached, accept());
    if (reached.outcome === "refused") return reject();
    // Dropped packets have no answer: the attempt lasts until this side gives up.
    const timer = setTimeout(() => {
      timers.delete(timer);
      options.journal.write({
        kind: "ssh",
        subject: "jump host",
        what: `connection to ${destIP} port ${destPort}`,
        outcome: "Connection timed out",
      });
      reject();
    }, options.connectTimeoutMilliseconds);
    timers.add(timer);
  });
}

function isSame(given: string, expected: string): boolean {
  const hash = (text: string) => crypto.createHash("sha256").update(text).digest();
  return crypto.timingSafeEqual(hash(given), hash(expected));
}
