import { isLocked, logonWithPassword, type Account, type Logon } from "./accounts";
import { countHolderAttempts } from "./holder";
import type { Machine } from "./machine";
import { authorizedKeys } from "./sshServer";

/** Takes `ada`, `.\ada` and `COMPUTER\ada`, without regard to case. */
export function findAccount(machine: Machine, name: string): Account | undefined {
  const [domain, user] = name.includes("\\") ? name.split("\\", 2) : [".", name];
  const { computerName, accounts } = machine.record;
  if (domain !== "." && domain?.toLowerCase() !== computerName.toLowerCase()) return undefined;
  return accounts.find((account) => account.name.toLowerCase() === user?.toLowerCase());
}

/** A logon with the password, by which Windows opens the user's protected keys. */
export async function passwordLogon(
  machine: Machine,
  userName: string,
  password: string,
): Promise<Logon | "wrongPassword" | "lockedOut"> {
  const account = findAccount(machine, userName);
  if (!account) return "wrongPassword";
  countHolderAttempts(machine);
  const logon = await logonWithPassword(account, password, machine.environment.now);
  machine.save();
  return logon;
}

/**
 * A logon by a public key in `authorized_keys` form, of which the caller has the proof. Windows makes such a token without
 * credentials (S4U), so that nothing opens the user's protected keys.
 */
export function publicKeyLogon(
  machine: Machine,
  userName: string,
  publicKey: string,
): Logon | undefined {
  const account = findAccount(machine, userName);
  if (!account || isLocked(account, machine.environment.now())) return undefined;
  const { name, administrator } = account;
  const wanted = publicKey.split(" ").slice(0, 2).join(" ");
  const known = authorizedKeys(machine.disk, { userName: name, administrator }).some((line) =>
    ` ${line} `.includes(` ${wanted} `),
  );
  return known ? { userName: name, kind: "publicKey", administrator, masterKeys: [] } : undefined;
}
