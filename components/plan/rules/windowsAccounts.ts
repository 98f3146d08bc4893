import { received } from "../findings";
import { rule } from "./rule";
import { sources } from "./sources";

/** The name a Windows machine gives itself. */
export const computerName = rule(
  { id: "WIN-COMPUTERNAME", source: `${sources.windowsFaq}; NetBIOS' limit of 15` },
  (_path, name: string) => {
    const reasons: string[] = [];
    if (name.length < 1 || name.length > 15) {
      reasons.push(`has ${name.length} characters; a Windows computer name has 1 to 15`);
    }
    if (!/^[A-Za-z0-9-]*$/.test(name)) reasons.push("may hold letters, digits and hyphens only");
    if (/^-|-$/.test(name)) reasons.push("may not begin or end with a hyphen");
    if (/^[0-9]+$/.test(name)) reasons.push("may not be all digits");
    return reasons.map((reason) => `is ${received(name)}: it ${reason}`);
  },
);

/** What a name of the administrator may look like. */
export const adminUsernameForm = rule(
  { id: "ADMIN-FORMAT", source: sources.windowsFaq },
  (_path, name: string) => {
    const reasons: string[] = [];
    if (name.length < 1 || name.length > 20) reasons.push("has 1 to 20 characters");
    if (/[\\/"[\]:|<>+=;,?*@]/.test(name))
      reasons.push('may not hold any of \\ / " [ ] : | < > + = ; , ? * @');
    // Windows' own rule: NetUserAdd refuses control characters, and names of periods and spaces alone.
    if (/[\u0000-\u001f\u007f]/.test(name)) reasons.push("may not hold control characters");
    if (/^[. ]+$/.test(name)) reasons.push("may not be made of periods and spaces alone");
    else if (name.endsWith(".")) reasons.push("may not end with a period");
    return reasons.map((reason) => `is ${received(name)}; a user name ${reason}`);
  },
);

const reservedUserNames = new Set(
  (
    "administrator admin user user1 user2 user3 user4 user5 test test1 test2 test3 admin1 admin2 1 123 a actuser adm " +
    "aspnet backup console david guest john owner root server sql support support_388945a0 sys"
  ).split(" "),
);

/** Names that Azure refuses for the administrator, in any case. */
export const adminUsernameReserved = rule(
  { id: "ADMIN-FORBIDDEN", source: sources.windowsFaq },
  (_path, name: string) =>
    reservedUserNames.has(name.toLowerCase())
      ? [`is ${received(name)}; a user name may not be a name that Azure reserves`]
      : [],
);

/**
 * The computer's name is not its administrator's: Windows finds the computer when it looks the user up, so the user ends up in no
 * group, and nobody can log on.
 */
export const computerNameNotUser = rule(
  {
    id: "WIN-COMPUTERNAME-USER",
    source: "Windows: LookupAccountName finds the computer first (jamesstringer90/appsandbox#103)",
  },
  (_path, name: string, user: string) =>
    name.toLowerCase() === user.toLowerCase()
      ? [
          `is ${received(name)}, the administrator's name too; Windows cannot tell the computer from the user, so give one of them another name`,
        ]
      : [],
);

/** The API takes 8 characters; the portal, the command line and Windows' policy want 12. */
export const adminPasswordLength = rule(
  { id: "PASSWORD-LENGTH", source: sources.windowsFaq },
  (_path, password: string) =>
    password.length < 12 || password.length > 123
      ? [
          `(not shown) has ${password.length} characters; Azure's portal and command line want 12 to 123`,
        ]
      : [],
);

/** Whether `_` counts as special is disputed between Azure's documentation and its clients: it does not count here, nor does a blank. */
export const adminPasswordClasses = rule(
  { id: "PASSWORD-CLASSES", source: sources.windowsFaq },
  (_path, password: string) => {
    const classes = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9_\s]/].filter((pattern) =>
      pattern.test(password),
    );
    if (classes.length >= 3) return [];
    return [
      `(not shown) has ${classes.length} of the four kinds of character; it needs three of lower case, upper case, digit and special`,
    ];
  },
);

/** A password that a person, or a step over SSH, cannot type. */
export const adminPasswordCharacters = rule(
  { id: "PASSWORD-CHARACTERS", source: "no logon could type them" },
  (_path, password: string) =>
    /[\u0000-\u001f\u007f]/.test(password) ? ["(not shown) holds a control character"] : [],
);

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

/** Azure's list of passwords that everybody knows. */
export const adminPasswordForbidden = rule(
  { id: "PASSWORD-FORBIDDEN", source: sources.windowsFaq },
  (_path, password: string) =>
    forbiddenPasswords.has(password)
      ? ["(not shown) is on Azure's list of forbidden passwords"]
      : [],
);

/**
 * Windows' complexity policy, which is on in Azure's images, wants the user's name out of the password. It passes over names of
 * fewer than three characters.
 */
export const adminPasswordUsername = rule(
  {
    id: "PASSWORD-USERNAME",
    source: "Windows: Password must meet complexity requirements (MicrosoftDocs/azure-docs#89280)",
  },
  (_path, password: string, userName: string) =>
    userName.length >= 3 && password.toLowerCase().includes(userName.toLowerCase())
      ? ["(not shown) holds the user's name, which Windows refuses"]
      : [],
);
