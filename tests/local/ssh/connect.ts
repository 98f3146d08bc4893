import { once } from "node:events";
import type { Duplex } from "node:stream";
import { Client, type ClientChannel, type ConnectConfig, type SFTPWrapper } from "ssh2";
import type { SshHosts } from "../../../local/ssh";
import { labPassword, labUser } from "../windows/lab";

/** Logs on over an open connection; rejects with what ssh2 says. */
export async function logOn(connection: Duplex, changes: ConnectConfig = {}): Promise<Client> {
  const client = new Client();
  const ready = new Promise<void>((resolve, reject) => {
    client.once("ready", () => resolve());
    client.once("error", reject);
    client.once("close", () => reject(new Error("the connection was closed")));
  });
  client.connect({ sock: connection, username: labUser, password: labPassword, ...changes });
  await ready;
  client.on("error", () => {});
  return client;
}

export function logOnToJumpHost(ssh: SshHosts, changes: ConnectConfig = {}): Promise<Client> {
  const { host, port, user, password } = ssh.jumpHost;
  const client = new Client();
  return new Promise((resolve, reject) => {
    client.once("ready", () => resolve(client));
    client.once("error", reject);
    client.connect({ host, port, username: user, password, ...changes });
  });
}

export function forward(jump: Client, address: string, port = 22): Promise<ClientChannel> {
  return new Promise((resolve, reject) =>
    jump.forwardOut("127.0.0.1", 0, address, port, (error, channel) =>
      error ? reject(error) : resolve(channel),
    ),
  );
}

export interface Ran {
  code: number | null | undefined;
  stdout: string;
  stderr: string;
}

/** Runs a command to the end of its channel. */
export async function run(client: Client, command: string, stdin = "", env = {}): Promise<Ran> {
  const channel = await new Promise<ClientChannel>((resolve, reject) =>
    client.exec(command, { env }, (error, opened) => (error ? reject(error) : resolve(opened))),
  );
  const ran: Ran = { code: undefined, stdout: "", stderr: "" };
  channel.on("data", (chunk: Buffer) => (ran.stdout += chunk.toString("latin1")));
  channel.stderr.on("data", (chunk: Buffer) => (ran.stderr += chunk.toString("latin1")));
  channel.on("exit", (code: number | null) => (ran.code = code));
  channel.end(stdin);
  await once(channel, "close");
  return ran;
}

export function openSftp(client: Client): Promise<SFTPWrapper> {
  return new Promise((resolve, reject) =>
    client.sftp((error, sftp) => (error ? reject(error) : resolve(sftp))),
  );
}
