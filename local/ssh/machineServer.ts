import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Server, type Connection } from "ssh2";
import type { Machine } from "../windows";
import { beginAuthentication } from "./authentication";
import { runExec } from "./exec";
import { serveSftp } from "./sftp";

/** sshd's `MaxSessions`. */
const maximumSessions = 10;

/** sshd's `MaxStartups` 10:30:100: from the tenth unauthenticated connection on, more and more are turned away. */
const startups = { begin: 10, rate: 30, full: 100 };

export interface MachineServer {
  /** Takes a connection to the machine's port 22. */
  accept(socket: Duplex): void;
}

/** The SSH server of one machine, as Windows' own behaves. `random` decides which connections too many are dropped. */
export function createMachineServer(machine: Machine, random: () => number): MachineServer {
  let unauthenticated = 0;

  const isTooMany = () => {
    if (unauthenticated < startups.begin) return false;
    if (unauthenticated >= startups.full) return true;
    const share = (unauthenticated - startups.begin) / (startups.full - startups.begin);
    return random() * 100 < startups.rate + (100 - startups.rate) * share;
  };

  return {
    accept(socket) {
      const { hostKey, computerName } = machine.record;
      if (!hostKey) throw new Error(`${computerName} has no SSH host key although sshd runs.`);
      if (isTooMany()) {
        machine.environment.journal.write({
          kind: "ssh",
          subject: computerName,
          what: "connection",
          outcome: "dropped",
          detail: "MaxStartups",
        });
        socket.end("Exceeded MaxStartups\r\n");
        return;
      }
      let pending = true;
      unauthenticated += 1;
      const settle = () => {
        if (pending) unauthenticated -= 1;
        pending = false;
      };
      const leave = machine.onStop(() => socket.destroy());
      socket.once("close", () => {
        settle();
        leave();
      });
      // A server that does not listen: it is given this one connection.
      const server = new Server(
        { hostKeys: [hostKey.privateKey], ident: "OpenSSH_for_Windows_9.5" },
        (client) => serveConnection(machine, client, socket, settle),
      );
      server.injectSocket(socket as Socket);
    },
  };
}

function serveConnection(
  machine: Machine,
  client: Connection,
  socket: Duplex,
  authenticated: () => void,
): void {
  const connection = new AbortController();
  const cut = () => socket.destroy();
  // What the other side breaks off is no error of the machine.
  client.on("error", () => {});
  client.once("close", () => connection.abort());
  socket.once("close", () => connection.abort());

  const authentication = beginAuthentication(machine);
  client.on("authentication", (context) => {
    authentication.attempt(context).then(
      (outcome) => {
        if (outcome === "accepted") authenticated();
        if (outcome === "exceeded") client.end();
      },
      // An attempt that cannot even be read.
      () => cut(),
    );
  });

  let sessions = 0;
  client.on("session", (accept, reject) => {
    const { logon } = authentication;
    if (!logon || sessions >= maximumSessions) return reject();
    sessions += 1;
    const session = accept();
    session.once("close", () => (sessions -= 1));
    // No name is in AcceptEnv: every variable is refused.
    session.on("env", (_accept, refuse) => refuse?.());
    session.on("pty", (allow) => allow?.());
    session.on("exec", (allow, _refuse, { command }) => {
      const channel = allow();
      void runExec({
        machine,
        logon,
        channel,
        commandLine: command,
        connection: connection.signal,
        cut,
      });
    });
    session.on("sftp", (allow) => serveSftp(machine, logon, allow(), cut));
  });
}
