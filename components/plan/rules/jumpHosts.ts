import { received } from "../findings";
import { isPort } from "./openPorts";
import { rule } from "./rule";

const source = "the command provider dials it by these";

/** What a jump host cannot do without: its name or address, and a user. */
export const jumpHostNamed = rule({ id: "JUMP-HOST-EMPTY", source }, (_path, text: string) =>
  text === "" ? ["is empty"] : [],
);

/** The same, of a configuration that leaves it out. */
export const jumpHostGiven = rule(
  { id: "JUMP-HOST-MISSING", source },
  (_path, text: string | undefined) => (text === undefined ? ["is missing"] : []),
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
