import { createHash, randomInt, randomUUID } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { generatePassword } from "./plan/windowsNames";

const secretNames = new Set([
  "adminPassword",
  "exportPassword",
  "exportedIdentity",
  "password",
  "privateKey",
  "privateKeyPassword",
]);

/**
 * The arguments of a component as they go into the stack's state: whatever is secret by its name is marked as secret, however
 * the caller passed it.
 */
export function withSecrets<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withSecrets) as T;
  if (
    value === null ||
    typeof value !== "object" ||
    Object.getPrototypeOf(value) !== Object.prototype
  ) {
    return value;
  }
  const entries = Object.entries(value).map(([key, entry]) => [
    key,
    secretNames.has(key) && entry !== undefined ? pulumi.secret(entry) : withSecrets(entry),
  ]);
  return Object.fromEntries(entries) as T;
}

/** A new password that Azure and Windows accept. */
export function newPassword(): string {
  return generatePassword((limit) => randomInt(limit));
}

/** A value that no earlier run had. */
export function newToken(): string {
  return randomUUID();
}

/** SHA-256 in hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
