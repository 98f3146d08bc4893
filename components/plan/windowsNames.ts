import type { Finding } from "./findings";
import {
  adminPasswordCharacters,
  adminPasswordClasses,
  adminPasswordForbidden,
  adminPasswordLength,
  adminPasswordUsername,
  adminUsernameForm,
  adminUsernameReserved,
  computerName,
} from "./rules/windowsAccounts";

/** All that holds for a Windows computer name. */
export function checkComputerName(path: string, name: string): Finding[] {
  return computerName(path, name);
}

/** All that holds for the administrator's name, whatever the machine is called. */
export function checkAdminUsername(path: string, name: string): Finding[] {
  return [...adminUsernameForm(path, name), ...adminUsernameReserved(path, name)];
}

/** All that holds for the administrator's password. The findings never hold the password. */
export function checkAdminPassword(path: string, password: string, userName?: string): Finding[] {
  return [
    ...adminPasswordLength(path, password),
    ...adminPasswordClasses(path, password),
    ...adminPasswordCharacters(path, password),
    ...adminPasswordForbidden(path, password),
    ...(userName ? adminPasswordUsername(path, password, userName) : []),
  ];
}

const alphabet = {
  lower: "abcdefghijkmnopqrstuvwxyz",
  upper: "ABCDEFGHJKLMNPQRSTUVWXYZ",
  digit: "23456789",
  special: "!#%*+-=",
};

/**
 * A password of 28 characters that every rule above accepts. `randomInteger(limit)` gives a whole number below `limit` from
 * a cryptographic source. Without characters that look alike, or that a shell would read.
 */
export function generatePassword(randomInteger: (limit: number) => number): string {
  const kinds = Object.values(alphabet);
  const all = kinds.join("");
  const pick = (characters: string) => characters[randomInteger(characters.length)];
  const characters = [...kinds.map(pick), ...Array.from({ length: 24 }, () => pick(all))];
  for (let index = characters.length - 1; index > 0; index--) {
    const other = randomInteger(index + 1);
    [characters[index], characters[other]] = [characters[other], characters[index]];
  }
  return characters.join("");
}
