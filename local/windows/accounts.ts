import * as crypto from "node:crypto";
import { promisify } from "node:util";
import { seal, unseal } from "./sealing";

const scrypt = promisify<string, Buffer, number, Buffer>(crypto.scrypt);

/**
 * Windows' defaults since the updates of October 2022: ten failed logons lock an account for ten minutes, the built-in
 * administrator (which Azure renames to the admin user) included; the count starts again ten minutes after the last failure.
 * https://support.microsoft.com/kb/5020282
 */
export const lockoutThreshold = 10;
export const lockoutMinutes = 10;

/** Rights to log on, by their names in ntsecapi.h: of the task scheduler's tasks, and of services. */
export type LogonRight = "SeBatchLogonRight" | "SeServiceLogonRight";

/** A local user. Its password is not kept, only what can check one. */
export interface Account {
  name: string;
  administrator: boolean;
  salt: string;
  verifier: string;
  /** The user's data protection keys, each under the password of its time. */
  masterKeys: { id: string; sealed: string }[];
  failedLogons: number;
  lastFailedLogon: number;
  lockedUntil: number;
  /** Rights that somebody took from it; the guest files give them back. */
  lostRights?: LogonRight[];
}

/** Somebody who is logged on: what the token allows, for as long as the session lives. */
export interface Logon {
  userName: string;
  /** `publicKey` is a logon without credentials (S4U); `system` is LocalSystem. */
  kind: "password" | "publicKey" | "system";
  administrator: boolean;
  /** Opened by the password, newest last; none in a logon without one. Never on disk. */
  masterKeys: { id: string; key: Buffer }[];
}

export const localSystem: Logon = {
  userName: "SYSTEM",
  kind: "system",
  administrator: true,
  masterKeys: [],
};

/** What the last right password of an account gives, while this process lives: as Windows keeps it for a session. */
const known = new WeakMap<Account, { digest: Buffer; keys: ReturnType<typeof split> }>();

function digestOf({ salt }: Account, password: string): Buffer {
  return crypto.createHash("sha256").update(salt).update(password).digest();
}

/** {@link derive} for an account, which costs nothing for the password that was right before. */
async function deriveFor(account: Account, password: string) {
  const digest = digestOf(account, password);
  const last = known.get(account);
  if (last && crypto.timingSafeEqual(last.digest, digest)) return last.keys;
  const keys = await derive(password, Buffer.from(account.salt, "base64"));
  const isRight = crypto.timingSafeEqual(keys.verifier, Buffer.from(account.verifier, "base64"));
  if (isRight) known.set(account, { digest, keys });
  return keys;
}

/** The two halves are independent: who reads the verifier on disk does not have the key that wraps the master keys. */
async function derive(password: string, salt: Buffer) {
  return split(await scrypt(password, salt, 64));
}

function split(bits: Buffer) {
  return { verifier: bits.subarray(0, 32), wrappingKey: bits.subarray(32) };
}

function newMasterKey(wrappingKey: Buffer) {
  const key = crypto.randomBytes(32);
  const id = crypto.randomUUID();
  return { key, id, sealed: seal(wrappingKey, key) };
}

export async function createAccount(name: string, password: string): Promise<Account> {
  const salt = crypto.randomBytes(16);
  const keys = await derive(password, salt);
  const { id, sealed } = newMasterKey(keys.wrappingKey);
  const account: Account = {
    name,
    administrator: true,
    salt: salt.toString("base64"),
    verifier: keys.verifier.toString("base64"),
    masterKeys: [{ id, sealed }],
    failedLogons: 0,
    lastFailedLogon: 0,
    lockedUntil: 0,
  };
  known.set(account, { digest: digestOf(account, password), keys });
  return account;
}

export function isLocked(account: Account, now: number): boolean {
  return now < account.lockedUntil;
}

/**
 * Logs the account on, or says why not; the caller keeps the changed account (failure count, a new master key).
 * A locked account refuses the right password too, and such an attempt does not lengthen the lock.
 */
export async function logonWithPassword(
  account: Account,
  password: string,
  now: () => number,
): Promise<Logon | "wrongPassword" | "lockedOut"> {
  if (isLocked(account, now())) return "lockedOut";
  const { verifier, wrappingKey } = await deriveFor(account, password);
  if (!crypto.timingSafeEqual(verifier, Buffer.from(account.verifier, "base64"))) {
    countFailure(account, now());
    return "wrongPassword";
  }
  // Attempts run side by side: another one may have locked the account while this one was computed.
  if (isLocked(account, now())) return "lockedOut";
  account.failedLogons = 0;
  const masterKeys: Logon["masterKeys"] = [];
  for (const { id, sealed } of account.masterKeys) {
    const key = unseal(wrappingKey, sealed);
    if (key) masterKeys.push({ id, key });
  }
  if (masterKeys.length === 0) {
    const { id, key, sealed } = newMasterKey(wrappingKey);
    account.masterKeys.push({ id, sealed });
    masterKeys.push({ id, key });
  }
  return {
    userName: account.name,
    kind: "password",
    administrator: account.administrator,
    masterKeys,
  };
}

/** A logon with a wrong password. One while the account is locked counts for nothing. */
export function countFailure(account: Account, now: number): void {
  if (isLocked(account, now)) return;
  const window = lockoutMinutes * 60_000;
  if (now - account.lastFailedLogon > window) account.failedLogons = 0;
  account.lastFailedLogon = now;
  account.failedLogons += 1;
  if (account.failedLogons >= lockoutThreshold) {
    account.lockedUntil = now + window;
    account.failedLogons = 0;
  }
}

/** The user changes the password (NetUserChangePassword): the master keys move under the new one. */
export async function changePassword(
  account: Account,
  oldPassword: string,
  newPassword: string,
  now: () => number,
  isAllowed: (password: string) => boolean = () => true,
): Promise<"changed" | "wrongPassword" | "lockedOut" | "refusedByPolicy"> {
  const logon = await logonWithPassword(account, oldPassword, now);
  if (typeof logon === "string") return logon;
  if (!isAllowed(newPassword)) return "refusedByPolicy";
  const { wrappingKey } = await replacePassword(account, newPassword);
  account.masterKeys = account.masterKeys.map(({ id, sealed }) => {
    const opened = logon.masterKeys.find((masterKey) => masterKey.id === id);
    // One that a reset has locked stays as it is.
    return { id, sealed: opened ? seal(wrappingKey, opened.key) : sealed };
  });
  return "changed";
}

/**
 * Whether the policy of a machine that is in no domain takes a password: at least six characters of three classes, and the
 * user's name not among them. Length, age and history are left at Windows' defaults, which ask for nothing.
 * https://learn.microsoft.com/windows/security/threat-protection/security-policy-settings/password-must-meet-complexity-requirements
 */
export function meetsPasswordPolicy(userName: string, password: string): boolean {
  const classes = [/\p{Lu}/u, /\p{Ll}/u, /[0-9]/, /[^\p{L}0-9]/u];
  const kinds = classes.filter((kind) => kind.test(password)).length;
  const holdsName = userName.length > 2 && password.toLowerCase().includes(userName.toLowerCase());
  return password.length >= 6 && kinds >= 3 && !holdsName;
}

/** An administrator sets the password: what the user had protected cannot be opened any more. */
export async function resetPassword(account: Account, newPassword: string): Promise<void> {
  await replacePassword(account, newPassword);
  account.failedLogons = 0;
  account.lockedUntil = 0;
}

async function replacePassword(account: Account, password: string) {
  const salt = crypto.randomBytes(16);
  const derived = await derive(password, salt);
  account.salt = salt.toString("base64");
  account.verifier = derived.verifier.toString("base64");
  return derived;
}
