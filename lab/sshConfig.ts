/** OpenSSH's client configuration for the machines of a lab, from their pinned host keys. Pure: what is to be written, as text. */
import * as net from "node:net";
import type { JumpHost, PeerConnection } from "../components/peerMachine";

/** A machine as the last update left it. */
export interface SshMachine {
  machine: string;
  connection: Pick<PeerConnection, "host" | "port" | "user" | "hostKey" | "jumpHost">;
}

export interface SshConfigOptions {
  /** Name of the stack, said in both files. */
  stack: string;
  /** How the command that writes them is called, said in both files. */
  command: string;
  /** Absolute path of the configuration itself. */
  config: string;
  /** Absolute path of the host keys. */
  knownHosts: string;
  /** File with the private key that the jump hosts take; what the client finds by itself (its agent, `~/.ssh`) by default. */
  jumpIdentity?: string;
}

/** What is written, and what is to be said of it. */
export interface SshConfig {
  config: string;
  knownHosts: string;
  /** Machines that the client knows by their keys: all that are not left out. */
  machines: string[];
  /** Machines and jump hosts whose host key is not pinned, and machines that are left out; each with what to do. */
  remarks: string[];
}

/**
 * Writes OpenSSH's configuration (`man ssh_config`) and `known_hosts` (`man sshd`). The option `-F` leaves the user's own and the
 * system's configuration out, and reaches the jump host of `ProxyJump`, too, which `-o UserKnownHostsFile` does not. A host is checked
 * by its pinned key under a name of its own (`HostKeyAlias`), whatever its address. Where none is pinned the client asks as it
 * always does and keeps the answer in the user's own `known_hosts`. Throws where a path cannot be written into such a file.
 */
export function sshConfig(machines: readonly SshMachine[], options: SshConfigOptions): SshConfig {
  for (const file of [options.config, options.knownHosts, options.jumpIdentity]) requirePlain(file);
  const remarks: string[] = [];
  const usable = machines.filter((one) => isUsable(one, remarks));
  const jumps = jumpHostsOf(usable);
  const note = `# Written by "${options.command}" from the state of the stack ${options.stack}, each time anew: what is changed here is lost.`;
  const hosts: string[] = [];
  const keys: string[] = [];
  for (const { name, jumpHost } of jumps) {
    const pinned = pinnedKey(jumpHost.hostKey);
    if (pinned) keys.push(knownHost(name, jumpHost, pinned));
    else remarks.push(notPinned(`the jump host ${jumpHost.host}`, "Set jumpHost.hostKey"));
    const { jumpIdentity: file } = options;
    const identity =
      file === undefined ? [] : [`IdentityFile ${quoted(file)}`, "IdentitiesOnly yes"];
    hosts.push(block(name, jumpHost, [...checkedBy(name, pinned, options), ...identity]));
  }
  for (const { machine, connection } of usable) {
    const pinned = pinnedKey(connection.hostKey);
    if (pinned) keys.push(knownHost(machine, connection, pinned));
    else remarks.push(notPinned(`the machine ${machine}`, "Set its connection's hostKey"));
    const jump = jumps.find(({ of }) => of === identityOf(connection.jumpHost))?.name;
    const way = jump === undefined ? [] : [through(jump, options.config)];
    hosts.push(
      block(machine, connection, [...checkedBy(machine, pinned, options), ...way, ...byPassword]),
    );
  }
  return {
    config: `${[note, everywhere, ...hosts].join("\n\n")}\n`,
    knownHosts: `${[note, ...keys].join("\n")}\n`,
    machines: usable.map(({ machine }) => machine),
    remarks,
  };
}

/** The command that opens a session, or forwards a port, for a shell of any platform. `config` may be relative to the folder that it is run in. */
export function sshLine(config: string, ...words: string[]): string {
  return ["ssh", "-F", ...[config, ...words].map(forShell)].join(" ");
}

/** A word for a POSIX shell, PowerShell and cmd.exe alike. */
function forShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `"${word}"`;
}

const everywhere = [
  "# For every host below.",
  "Host *",
  "    ConnectTimeout 15",
  "    ServerAliveInterval 30",
].join("\n");

/** A key logon cannot open the keys of the lab user, nor what an agent full of keys tries first leave an attempt for the password. */
const byPassword = ["PreferredAuthentications password", "PubkeyAuthentication no"];

function block(
  name: string,
  { host, port = 22, user }: Pick<PeerConnection, "host" | "port" | "user">,
  more: string[],
): string {
  const lines = [`HostName ${host}`, `Port ${port}`, `User ${quoted(user)}`, ...more];
  return [`Host ${name}`, ...lines.map((line) => `    ${line}`)].join("\n");
}

function checkedBy(
  alias: string,
  pinned: string | undefined,
  { knownHosts }: SshConfigOptions,
): string[] {
  if (pinned === undefined) return ["StrictHostKeyChecking ask"];
  return [
    `HostKeyAlias ${alias}`,
    // `%` begins a token in this option.
    `UserKnownHostsFile ${quoted(knownHosts).replaceAll("%", "%%")}`,
    "GlobalKnownHostsFile none",
    "StrictHostKeyChecking yes",
    "UpdateHostKeys no",
    "CheckHostIP no",
  ];
}

/**
 * The way through a jump host. `ProxyJump` hands the path of the configuration on to a shell without quotes (OpenSSH's ssh.c), so
 * that any other path than a plain one needs the command that it stands for.
 */
function through(jump: string, config: string): string {
  if (/^[\w@+=:,./-]+$/.test(config)) return `ProxyJump ${jump}`;
  return `ProxyCommand ssh -F ${quoted(config).replaceAll("%", "%%")} -W "[%h]:%p" ${jump}`;
}

function quoted(word: string): string {
  return /^[^\s"#']+$/.test(word) ? word : `"${word}"`;
}

function requirePlain(file: string | undefined): void {
  if (file === undefined || !/["\\$`\r\n]/.test(file)) return;
  throw new Error(
    `OpenSSH's configuration cannot name ${JSON.stringify(file)}; allowed is a path without quotation marks, backslashes, dollar signs, backticks and line ends.`,
  );
}

/** A machine's key is its name for the client, in whose patterns and commands only these characters stand for themselves. */
function isUsable({ machine, connection }: SshMachine, remarks: string[]): boolean {
  if (!/^[A-Za-z0-9][\w.-]*$/.test(machine)) {
    remarks.push(
      `${JSON.stringify(machine)} is left out: OpenSSH's names of hosts consist of letters, digits, "-", "_" and ".".`,
    );
    return false;
  }
  const words = [
    connection.host,
    connection.user,
    connection.jumpHost?.host,
    connection.jumpHost?.user,
  ];
  if (!words.some((word) => word !== undefined && /["\\\r\n]|^-|^$/.test(word))) return true;
  remarks.push(
    `${machine} is left out: OpenSSH cannot take the name or address of its host, or of a user.`,
  );
  return false;
}

/** Type and key of a public key, without its comment; undefined where there is none that can be read. */
function pinnedKey(hostKey: string | undefined): string | undefined {
  const found = /^\s*((?:ssh|ecdsa|sk)-[\w@.-]+) ([A-Za-z0-9+/]+={0,2})(\s|$)/.exec(hostKey ?? "");
  return found ? `${found[1]} ${found[2]}` : undefined;
}

/** By its name, and by its address for whoever uses the file without the configuration. */
function knownHost(
  name: string,
  { host, port = 22 }: { host: string; port?: number },
  key: string,
): string {
  const address = port === 22 ? host : `[${host}]:${port}`;
  return `${name},${address} ${key}`;
}

function notPinned(who: string, remedy: string): string {
  return `No host key of ${who} is pinned: ssh asks whether the one it shows is right, and keeps the answer in your own known_hosts. ${remedy} to have it checked.`;
}

interface NamedJumpHost {
  name: string;
  of: string;
  jumpHost: JumpHost;
}

/** Each jump host once, under a name that no machine has. */
function jumpHostsOf(machines: readonly SshMachine[]): NamedJumpHost[] {
  const taken = new Set(machines.map(({ machine }) => machine));
  const named: NamedJumpHost[] = [];
  for (const { connection } of machines) {
    const { jumpHost } = connection;
    const of = identityOf(jumpHost);
    if (!jumpHost || named.some((one) => one.of === of)) continue;
    let name = "jump-host";
    for (let next = 2; taken.has(name); next++) name = `jump-host-${next}`;
    taken.add(name);
    named.push({ name, of, jumpHost });
  }
  return named;
}

function identityOf(jumpHost: JumpHost | undefined): string {
  if (!jumpHost) return "";
  const { host, port = 22, user, hostKey } = jumpHost;
  return JSON.stringify([host, port, user, hostKey]);
}

/** An address and a port in one word, such as `[fd00::4]:3389`. */
export function endpoint(host: string, port: number): string {
  return net.isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
