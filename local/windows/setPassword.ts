import { contractVersion, type SetPasswordReport } from "../../guest/contract";
import { checkInstance, readEnvelope } from "./actions";
import { object, oneOf, text } from "./actions/shape";
import { changePassword, meetsPasswordPolicy, type Logon } from "./accounts";
import { GuestError } from "./guestError";
import { installHolder } from "./holder";
import type { HresultName } from "./hresult";
import { findAccount, passwordLogon } from "./logon";
import type { Machine } from "./machine";

const requestShape = object({
  contract: oneOf(contractVersion),
  instance: text(),
  oldPassword: text(),
  newPassword: text(),
});

/** What `password.ps1` does: the user of the session changes the password, and keeps the protected keys. */
export async function setPassword(
  machine: Machine,
  logon: Logon,
  standardInput: Buffer,
): Promise<SetPasswordReport> {
  const envelope = readEnvelope(standardInput);
  if (envelope.contract !== contractVersion) {
    throw new GuestError(
      "ContractMismatch",
      `This script speaks contract ${contractVersion}.`,
      "Use the script of the library.",
    );
  }
  const { instance, oldPassword, newPassword } = requestShape(envelope, "");
  checkInstance(machine, instance);
  const { contract, computerName, instance: own } = machine.facts;
  const changed = oldPassword !== newPassword;
  if (changed) await change(machine, logon.userName, oldPassword, newPassword);
  const holder = await renewHolder(machine, logon.userName, newPassword);
  return { contract, computerName, instance: own, changed, ...(holder ? { holder } : {}) };
}

/** Gives the presence holder the new password, also after a run that was cut before it came to that; it runs on. */
async function renewHolder(
  machine: Machine,
  user: string,
  password: string,
): Promise<SetPasswordReport["holder"]> {
  const { holder } = machine.record;
  if (holder?.user !== user || holder.deleted) return undefined;
  const logon = await passwordLogon(machine, user, password);
  if (typeof logon === "string") return undefined;
  installHolder(machine, logon, holder.runsAs);
  return holder.runsAs;
}

async function change(
  machine: Machine,
  user: string,
  oldPassword: string,
  newPassword: string,
): Promise<void> {
  const account = findAccount(machine, user);
  if (!account) throw refused("E_ACCESSDENIED", 5, "See net helpmsg 5.");
  // Windows checks the old password first: a guess learns nothing of the policy.
  const { now, journal } = machine.environment;
  const outcome = await changePassword(account, oldPassword, newPassword, now, (password) =>
    meetsPasswordPolicy(user, password),
  );
  machine.save();
  switch (outcome) {
    case "wrongPassword":
      throw refused("ERROR_INVALID_PASSWORD", 86, "Give the password that the user has.");
    case "lockedOut":
      throw refused("ERROR_ACCOUNT_LOCKED_OUT", 1909, "Wait ten minutes.");
    case "refusedByPolicy":
      throw refused(
        "NERR_PasswordTooShort",
        2245,
        "Give one that the policy allows: length, classes, age, history.",
      );
  }
  const { computerName } = machine.record;
  journal.write({ kind: "machine", subject: computerName, what: `password of ${user} changed` });
}

function refused(name: HresultName, number: number, hint: string): GuestError {
  return new GuestError(name, `NetUserChangePassword answered ${number}.`, hint, name);
}
