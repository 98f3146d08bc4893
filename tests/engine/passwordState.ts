import { passwordLogon, type Machine } from "../../local/windows";

/** Whether the lab user has this password on the machine, and can use every identity under it. */
export async function isWholeUnder(machine: Machine, password: string): Promise<boolean> {
  const logon = await passwordLogon(machine, "labuser", password);
  if (typeof logon === "string") return false;
  const store = machine.identities(logon);
  return store.enumerate().every(({ peerName }) => store.testSignature(peerName) === "usable");
}
