import { overlap, parseRange } from "../addresses";
import { received } from "../findings";
import { isPort } from "./openPorts";
import { rule } from "./rule";

const source = "the command provider dials it by these";

/** What a jump host cannot do without: its name or address, and a user. */
export const jumpHostNamed = rule({ id: "JUMP-HOST-EMPTY", source }, (_path, text: string) =>
  text === "" ? ["is empty"] : [],
);

/** Addresses that a jump host may have towards the machines: those of RFC 1918, of carriers (RFC 6598), and unique local ones. */
const privateRanges = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "fc00::/7",
];

/** The machines see a jump host under an address of its own, and let in who administers alone. */
export const jumpHostLetIn = rule(
  {
    id: "JUMP-HOST-ADDRESS",
    source:
      "SSH is open to those who administer, and to nobody else; a jump host dials private addresses",
  },
  (_path, privateAddress: string | undefined, administrators: readonly string[]) => {
    const ranges = privateRanges.map(parseRange);
    const isLetIn = administrators
      .map(parsed)
      .some((source) => ranges.some((range) => range && source && overlap(range, source)));
    return privateAddress !== undefined || isLetIn
      ? []
      : [
          "is missing, and adminSources name no private range: no rule would let the jump host in; give the address that the machines see it under",
        ];
  },
);

/** A configuration may hold anything, which is then found wrong for itself. */
function parsed(source: unknown): ReturnType<typeof parseRange> {
  return typeof source === "string" ? parseRange(source) : undefined;
}

/** The two, where one is left out. */
export const jumpHostGiven = rule({ id: "JUMP-HOST-MISSING", source }, (_path, text?: string) =>
  text === undefined ? ["is missing"] : [],
);

/** The port of an SSH server. */
export const sshPortNumber = rule({ id: "JUMP-HOST-PORT", source }, (_path, port: number) =>
  isPort(port) ? [] : [`is ${received(port)}; a port is a whole number from 1 to 65535`],
);

/** A public host key as SSH writes it: the kind and the key, without the host's name. What is none may be a private one, and is not shown. */
export const hostKeyForm = rule(
  {
    id: "HOST-KEY",
    source: "sshd(8), format of authorized_keys: the command provider reads it so",
  },
  (_path, key: string) =>
    /^(ssh|ecdsa|sk-ssh|sk-ecdsa)-\S+ [A-Za-z0-9+/]{4,}={0,2}( .*)?$/.test(key.trim())
      ? []
      : [
          "(not shown) is none; it is a public host key such as ssh-ed25519 AAAA..., without the host's name (ssh-keyscan writes that before it)",
        ],
);
