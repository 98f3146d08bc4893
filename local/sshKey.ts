import { utils } from "ssh2";

export interface SshKey {
  /** In OpenSSH's own format, without a passphrase. */
  privateKey: string;
  /** In `authorized_keys` form, without comment. */
  publicKey: string;
}

/**
 * A new ed25519 key. About one in two hundred that ssh2 1.17 writes it cannot read itself ("Malformed OpenSSH private key":
 * it drops leading zeros), so one is made until it can. `generate` is ssh2's generator, except in tests.
 */
export function generateSshKey(
  generate: () => { private: string; public: string } = () => utils.generateKeyPairSync("ed25519"),
): SshKey {
  for (;;) {
    const pair = generate();
    if (utils.parseKey(pair.private) instanceof Error) continue;
    return { privateKey: pair.private, publicKey: pair.public.split(" ").slice(0, 2).join(" ") };
  }
}
