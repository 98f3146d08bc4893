import { received, type Finding } from "./findings";

/** Azure's rule for a Windows computer name (azure-docs, virtual-machines/windows/faq.yml; NetBIOS limit of 15). */
export function checkComputerName(path: string, name: string): Finding[] {
  const reasons: string[] = [];
  if (name.length < 1 || name.length > 15) {
    reasons.push(`has ${name.length} characters; a Windows computer name has 1 to 15`);
  }
  if (!/^[A-Za-z0-9-]*$/.test(name)) reasons.push("may hold letters, digits and hyphens only");
  if (/^-|-$/.test(name)) reasons.push("may not begin or end with a hyphen");
  if (/^[0-9]+$/.test(name)) reasons.push("may not be all digits");
  return reasons.map((reason) => ({ path, reason: `is ${received(name)}: it ${reason}` }));
}

/** Names Azure refuses for the administrator, in any case (the same page). */
const forbiddenUserNames = new Set(
  (
    "administrator admin user user1 user2 user3 user4 user5 test test1 test2 test3 admin1 admin2 1 123 a actuser adm " +
    "aspnet backup console david guest john owner root server sql support support_388945a0 sys"
  ).split(" "),
);

export function checkAdminUsername(path: string, name: string): Finding[] {
  const reasons: string[] = [];
  if (name.length < 1 || name.length > 20) reasons.push("has 1 to 20 characters");
  if (/[\\/"[\]:|<>+=;,?*@]/.test(name))
    reasons.push('may not hold any of \\ / " [ ] : | < > + = ; , ? * @');
  if (name.endsWith(".")) reasons.push("may not end with a period");
  if (forbiddenUserNames.has(name.toLowerCase()))
    reasons.push("may not be a name that Azure reserves");
  return reasons.map((reason) => ({ path, reason: `is ${received(name)}; a user name ${reason}` }));
}

const forbiddenPasswords = new Set([
  "abc@123",
  "P@$$w0rd",
  "P@ssw0rd",
  "P@ssword123",
  "Pa$$word",
  "pass@word1",
  "Password!",
  "Password1",
  "Password22",
  "iloveyou!",
]);

/** Azure's rules for the administrator's password. The findings never hold the password. */
export function checkAdminPassword(path: string, password: string, userName?: string): Finding[] {
  const reasons: string[] = [];
  if (password.length < 12 || password.length > 123) {
    reasons.push(
      `has ${password.length} characters; Azure's portal and command line want 12 to 123`,
    );
  }
  // Whether `_` counts as special is disputed between Azure's documentation and its clients: it does not count here.
  const classes = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9_]/].filter((pattern) =>
    pattern.test(password),
  );
  if (classes.length < 3) {
    reasons.push(
      `has ${classes.length} of the four kinds of character; it needs three of lower case, upper case, digit and special`,
    );
  }
  if (/[\u0000-\u001f\u007f]/.test(password)) reasons.push("holds a control character");
  if (forbiddenPasswords.has(password)) reasons.push("is on Azure's list of forbidden passwords");
  if (userName && password.toLowerCase().includes(userName.toLowerCase())) {
    reasons.push("holds the user's name, which Windows refuses");
  }
  return reasons.map((reason) => ({ path, reason: `(not shown) ${reason}` }));
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
