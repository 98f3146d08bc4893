import type { PutRequest } from "../arm/azure";
import type { VirtualMachineProperties, WindowsConfiguration } from "../arm/model";
import { propertiesOf } from "../arm/model";
import type { Rule } from "./rule";
import { isWindowsTimeZone } from "./timeZones";

function osProfile(put: PutRequest) {
  return propertiesOf<VirtualMachineProperties>(put).osProfile;
}

function windows(put: PutRequest): WindowsConfiguration {
  return osProfile(put)?.windowsConfiguration ?? {};
}

/** Windows' own rule for a NetBIOS name; where none is given, the machine gets the name of the resource. */
export const computerName: Rule = {
  id: "WIN-COMPUTERNAME",
  grade: "A",
  code: "InvalidParameter",
  check: (put) => {
    const profile = osProfile(put);
    if (!profile) return [];
    const name = profile.computerName ?? put.name;
    const valid = /^[A-Za-z0-9-]{1,15}$/.test(name) && !/^\d+$/.test(name) && !name.endsWith("-");
    return valid
      ? []
      : [
          `Windows computer name '${name}' cannot be more than 15 characters long, be entirely numeric, or contain the ` +
            "following characters: ` ~ ! @ # $ % ^ & * ( ) = + _ [ ] { } \\\\ | ; : . ' \\\" , < > / ?.",
        ];
  },
};

export const profileRequired: Rule = {
  id: "WIN-OSPROFILE",
  grade: "A",
  code: "InvalidParameter",
  check: (put) => {
    if (put.existing) return [];
    const { osDisk } = propertiesOf<VirtualMachineProperties>(put).storageProfile ?? {};
    if (osDisk?.createOption !== "FromImage") return [];
    const { adminUsername, adminPassword } = osProfile(put) ?? {};
    return [
      ...(adminUsername ? [] : ["Required parameter 'osProfile.adminUsername' is missing (null)."]),
      ...(adminPassword ? [] : ["Required parameter 'osProfile.adminPassword' is missing (null)."]),
    ];
  },
};

const forbiddenUsers = new Set(
  (
    "administrator admin user user1 user2 user3 user4 user5 test test1 test2 test3 admin1 admin2 1 123 a actuser adm " +
    "aspnet backup console david guest john owner root server sql support support_388945a0 sys"
  ).split(" "),
);

export const adminForbidden: Rule = {
  id: "ADMIN-FORBIDDEN",
  grade: "A",
  code: "InvalidParameter",
  check: (put) => {
    const user = osProfile(put)?.adminUsername;
    return user !== undefined && forbiddenUsers.has(user.toLowerCase())
      ? ["The Admin Username specified is not allowed."]
      : [];
  },
};

export const adminFormat: Rule = {
  id: "ADMIN-FORMAT",
  grade: "A",
  code: "InvalidParameter",
  check: (put) => {
    const user = osProfile(put)?.adminUsername;
    if (user === undefined || user === "") return [];
    const valid = user.length <= 20 && !user.endsWith(".") && !/[\\/"[\]:|<>+=;,?*@]/.test(user);
    return valid
      ? []
      : [
          `The Admin Username '${user}' is invalid: 1 to 20 characters, none of \\\\ / \\" [ ] : | < > + = ; , ? * @, ` +
            "and no period at the end.",
        ];
  },
};

export const passwordLength: Rule = {
  id: "PASSWORD-LENGTH",
  grade: "A",
  code: "InvalidParameter",
  check: (put) => {
    const length = osProfile(put)?.adminPassword?.length;
    return length === undefined || (length >= 8 && length <= 123)
      ? []
      : [
          "The supplied password must be between 8-123 characters long and must satisfy at least 3 of password " +
            "complexity requirements from the following: 1) Contains an uppercase character 2) Contains a lowercase " +
            "character 3) Contains a numeric digit 4) Contains a special character.",
        ];
  },
};

export const passwordPortalLength: Rule = {
  id: "PASSWORD-LENGTH-12",
  grade: "A",
  warns: true,
  code: "InvalidParameter",
  check: (put) => {
    const length = osProfile(put)?.adminPassword?.length ?? 12;
    return length >= 8 && length < 12
      ? ["The portal and the command line ask for passwords of at least 12 characters."]
      : [];
  },
};

/** Documents count the underscore as special and azurerm does not: it counts as nothing here. */
export const passwordClasses: Rule = {
  id: "PASSWORD-CLASSES",
  grade: "A",
  code: "InvalidParameter",
  check: (put) => {
    const password = osProfile(put)?.adminPassword;
    if (password === undefined) return [];
    const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9_\s]/];
    return classes.filter((kind) => kind.test(password)).length >= 3
      ? []
      : [
          "The supplied password must satisfy at least 3 of: an uppercase character, a lowercase character, a numeric " +
            "digit, a special character.",
        ];
  },
};

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

export const passwordForbidden: Rule = {
  id: "PASSWORD-FORBIDDEN",
  grade: "A",
  code: "InvalidParameter",
  check: (put) =>
    forbiddenPasswords.has(osProfile(put)?.adminPassword ?? "")
      ? ["The specified password is not allowed."]
      : [],
};

export const noLinux: Rule = {
  id: "WIN-LINUXCONFIG",
  grade: "U",
  code: "InvalidParameter",
  check: (put) =>
    osProfile(put)?.linuxConfiguration
      ? [
          "Parameter 'osProfile.linuxConfiguration' is not for Windows; only Windows machines are played here.",
        ]
      : [],
};

export const patchMode: Rule = {
  id: "WIN-PATCHMODE",
  grade: "A",
  code: "InvalidParameter",
  check: (put) => {
    const configuration = windows(put);
    const { patchMode: mode, enableHotpatching } = configuration.patchSettings ?? {};
    const automatic = configuration.enableAutomaticUpdates ?? true;
    const agent = configuration.provisionVMAgent ?? true;
    return [
      ...(mode === "Manual" && automatic
        ? [
            "When patchMode is Manual, 'osProfile.windowsConfiguration.enableAutomaticUpdates' must be false.",
          ]
        : []),
      ...(mode === "AutomaticByOS" && !automatic
        ? [
            "When patchMode is AutomaticByOS, 'osProfile.windowsConfiguration.enableAutomaticUpdates' must be true.",
          ]
        : []),
      ...(mode === "AutomaticByPlatform" && !agent
        ? [
            "When patchMode is AutomaticByPlatform, 'osProfile.windowsConfiguration.provisionVMAgent' must be true.",
          ]
        : []),
      ...(enableHotpatching && (!agent || mode !== "AutomaticByPlatform")
        ? ["Hotpatching needs provisionVMAgent and patchMode AutomaticByPlatform."]
        : []),
    ];
  },
};

export const agentNeeded: Rule = {
  id: "WIN-AGENT",
  grade: "A",
  code: "InvalidParameter",
  check: (put) =>
    windows(put).provisionVMAgent === false && (osProfile(put)?.allowExtensionOperations ?? true)
      ? ["'osProfile.allowExtensionOperations' must be false when provisionVMAgent is false."]
      : [],
};

export const customData: Rule = {
  id: "CUSTOMDATA",
  grade: "A",
  code: "InvalidParameter",
  check: (put) => {
    const text = osProfile(put)?.customData;
    const fragments = windows(put).additionalUnattendContent ?? [];
    const messages = fragments
      .filter(({ content }) => Buffer.byteLength(content ?? "") >= 4096)
      .map(() => "The content of an unattend fragment must be smaller than 4 KB.");
    if (text === undefined) return messages;
    const base64 = /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0;
    if (!base64) return ["Custom data in OSProfile must be in Base64 encoding.", ...messages];
    const { length } = Buffer.from(text, "base64");
    return length > 65535
      ? [`Custom data in OSProfile has ${length} bytes; 65535 are allowed.`, ...messages]
      : messages;
  },
};

export const timeZone: Rule = {
  id: "WIN-TIMEZONE",
  grade: "B",
  code: "InvalidParameter",
  check: (put) => {
    const zone = windows(put).timeZone;
    return zone === undefined || isWindowsTimeZone(zone)
      ? []
      : [`The value '${zone}' of parameter windowsConfiguration.timeZone is invalid.`];
  },
};

/** What Azure asks of `osProfile`, for a Windows machine. */
export const operatingSystemRules: Rule[] = [
  computerName,
  profileRequired,
  adminForbidden,
  adminFormat,
  passwordLength,
  passwordPortalLength,
  passwordClasses,
  passwordForbidden,
  noLinux,
  patchMode,
  agentNeeded,
  timeZone,
  customData,
];
