/** Files for Remote Desktop clients. Pure: what is to be written. */
import * as crypto from "node:crypto";
import { codePoints } from "../components/plan/identity";
import { endpoint } from "./sshConfig";

/** Windows' port for Remote Desktop. */
export const remoteDesktopPort = 3389;

export interface RdpOptions {
  /** Name or address that this computer reaches. */
  host: string;
  /** 3389 by default. */
  port?: number;
  /** Windows' own name of the machine, whose local user it is; empty where it is not known. */
  computerName: string;
  user: string;
}

/**
 * A `.rdp` file without a password: the client asks for it. It logs on as a local user of the machine, by network level
 * authentication, and warns where the machine cannot prove its name, as one with a certificate of its own cannot.
 * https://learn.microsoft.com/azure/virtual-desktop/rdp-properties
 */
export function rdpFile({
  host,
  port = remoteDesktopPort,
  computerName,
  user,
}: RdpOptions): Buffer {
  const lines = [
    `full address:s:${endpoint(host, port)}`,
    `username:s:${computerName === "" ? user : `${computerName}\\${user}`}`,
    "prompt for credentials:i:1",
    "enablecredsspsupport:i:1",
    "authentication level:i:2",
    "redirectclipboard:i:1",
    "redirectprinters:i:0",
    "drivestoredirect:s:",
  ];
  const text = lines.map((line) => `${line}\r\n`).join("");
  // Windows' client writes UTF-16 and reads both; others read plain ASCII best.
  return /^\p{ASCII}*$/u.test(text)
    ? Buffer.from(text, "ascii")
    : Buffer.from(`\ufeff${text}`, "utf16le");
}

const firstPort = 20_000;
const ports = 10_000;

/**
 * A port of this computer for each machine's tunnel, below those that systems give out by themselves: always the same one for the
 * same machine of a stack, unless another one before it in code-point order has it. Throws for more than 10000 machines.
 */
export function tunnelPorts(stack: string, machines: readonly string[]): Map<string, number> {
  if (machines.length > ports) throw new Error(`There are ports for ${ports} machines only.`);
  const taken = new Map<number, string>();
  for (const machine of [...machines].sort(codePoints)) {
    const hash = crypto.createHash("sha256").update(`${stack}/${machine}`).digest();
    let offset = hash.readUInt32BE(0) % ports;
    while (taken.has(offset)) offset = (offset + 1) % ports;
    taken.set(offset, machine);
  }
  return new Map([...taken].map(([offset, machine]) => [machine, firstPort + offset]));
}
