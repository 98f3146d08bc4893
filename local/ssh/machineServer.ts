import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Server, type Connection } from "ssh2";
import type { Machine } from "../windows";
import { beginAuthentication } from "./authentication";
import { runExec } from "./exec";
import { serveSftp } from "./sftp";
import { openStartups } from "./startups";

/** sshd's `MaxSessions`. */
const maximumSessions = 10;

export interface MachineServer {
  /** Takes a connection to the machine's port 22. */
  accept(socket: Duplex): void;
}

/** The SSH server of one machine, as Windows' own behaves. `random` decides which connections too many are dropped. */
export function createMachineServer(machine: Machine, random: () => number): MachineServer {
  const startups = openStartups(random);
  return {
    accept(socket) {
      const { hostKey, computerName } = machine.record;
      if (!hostKey) throw new Error(`${computerName} has no SSH host key although sshd runs.`);
      const write = (what: string, outcome: string, detail?: string) =>
        machine.environment.journal.write({
          kind: "ssh",
          subject: computerName,
          what,
          outcome,
          detail,
        });
      const authenticated = startups.enter(socket);
      if (!authenticated) return write("connection", "dropped", "MaxStartups");
      let isKnock = true;
      const leave = machine.onStop(() => {
        isKnock = false;
        socket.destroy();
      });
      socket.once("close", () => {
        leave();
        if (isKnock) write("knock", "ok", "closed before the other side had said who it is");
      });
      // A server that does not listen: it is given this one connection.
      const server = new Server(
        { hostKeys: [hostKey.privateKey], ident: "OpenSSH_for_Windows_9.5" },
        (client) => {
          isKnock = false;
          serveConnection(machine, client, socket, authenticated);
        },
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
