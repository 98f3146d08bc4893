import type { Duplex } from "node:stream";
import type { Network } from "../interfaces";
import type { Journal } from "../journal";
import type { Machine, Windows } from "../windows";
import { duplexPair, failingConnection } from "./duplexPair";
import { startJumpHost, type JumpHostAddress } from "./jumpHost";
import { createMachineServer, type MachineServer } from "./machineServer";
import { reach, type Reached } from "./reach";

export type { JumpHostAddress } from "./jumpHost";

export interface SshOptions {
  /** Where the jump host keeps its port, key and password. */
  directory: string;
  journal: Journal;
  windows: Windows;
  network: () => Network;
  /** How long an attempt lasts that nobody answers. 21 seconds, Windows' own time for it, unless given. */
  connectTimeoutMilliseconds?: number;
  /** From 0 to below 1: decides which of too many connections are dropped. */
  random?: () => number;
}

export interface SshHosts {
  jumpHost: JumpHostAddress;
  /**
   * Opens a connection from an address outside to one of the machines' addresses, inside this process. Silence and refusal
   * are a connection that fails; undefined where no machine has the address.
   */
  connect(from: string, to: string, port: number): Duplex | undefined;
  close(): Promise<void>;
}

/** Starts the way to the machines: the jump host on loopback, and behind it the SSH server of each machine. */
export async function serveSsh(options: SshOptions): Promise<SshHosts> {
  const { directory, journal, windows, network, random = Math.random } = options;
  const connectTimeoutMilliseconds = options.connectTimeoutMilliseconds ?? 21_000;
  const servers = new WeakMap<Machine, MachineServer>();
  const sockets = new Set<Duplex>();
  const ask = (from: string, to: string, port: number): Reached =>
    reach({ windows, network, journal }, from, to, port);
  const hand = (machine: Machine, socket: Duplex) => {
    let server = servers.get(machine);
    if (!server) servers.set(machine, (server = createMachineServer(machine, random)));
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    server.accept(socket);
  };

  const { close, ...jumpHost } = await startJumpHost({
    directory,
    journal,
    connectTimeoutMilliseconds,
    random,
    reach: ask,
    connected: ({ machine }, channel) => hand(machine, channel),
  });
  return {
    jumpHost,
    connect(from, to, port) {
      const reached = ask(from, to, port);
      if (reached.outcome === "refused") return failingConnection("ECONNREFUSED", 0);
      if (reached.outcome === "silence") {
        return reached.vmId === undefined
          ? undefined
          : failingConnection("ETIMEDOUT", connectTimeoutMilliseconds);
      }
      const [ours, theirs] = duplexPair();
      hand(reached.machine, theirs);
      return ours;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await close();
    },
  };
}
