import type { RuleCase } from "./ruleCase";
import { machineCase, os, windows } from "./machineCase";

export const operatingSystemCases: RuleCase[] = [
  machineCase(
    "WIN-COMPUTERNAME",
    "InvalidParameter",
    os({ computerName: "sixteen-letters1" }),
    os({ computerName: "fifteen-letters" }),
  ),
  machineCase(
    "WIN-COMPUTERNAME",
    "InvalidParameter",
    os({ computerName: "123" }),
    os({ computerName: "1-23" }),
  ),
  machineCase(
    "WIN-COMPUTERNAME",
    "InvalidParameter",
    os({ computerName: "a_b" }),
    os({ computerName: "a-b" }),
  ),
  machineCase("WIN-OSPROFILE", "InvalidParameter", os({ adminPassword: null }), {}),
  machineCase(
    "ADMIN-FORBIDDEN",
    "InvalidParameter",
    os({ adminUsername: "Admin" }),
    os({ adminUsername: "admins" }),
  ),
  machineCase(
    "ADMIN-FORMAT",
    "InvalidParameter",
    os({ adminUsername: "ada." }),
    os({ adminUsername: "ada.l" }),
  ),
  machineCase(
    "PASSWORD-LENGTH",
    "InvalidParameter",
    os({ adminPassword: "Aa1-xyz" }),
    os({ adminPassword: `Aa1-${"x".repeat(119)}` }),
  ),
  machineCase(
    "PASSWORD-LENGTH-12",
    undefined,
    os({ adminPassword: "Aa1-xyzwxyz" }),
    os({ adminPassword: "Aa1-xyzwxyz1" }),
  ),
  machineCase(
    "PASSWORD-CLASSES",
    "InvalidParameter",
    os({ adminPassword: "abcdefgh_123" }),
    os({ adminPassword: "abcdefgh-123" }),
  ),
  machineCase(
    "PASSWORD-FORBIDDEN",
    "InvalidParameter",
    os({ adminPassword: "P@ssword123" }),
    os({ adminPassword: "P@ssword1234" }),
  ),
  machineCase(
    "WIN-LINUXCONFIG",
    undefined,
    os({ linuxConfiguration: { disablePasswordAuthentication: false } }),
    {},
  ),
  machineCase(
    "WIN-PATCHMODE",
    "InvalidParameter",
    windows({ patchSettings: { patchMode: "Manual" } }),
    windows({ enableAutomaticUpdates: false, patchSettings: { patchMode: "Manual" } }),
  ),
  machineCase(
    "WIN-AGENT",
    "InvalidParameter",
    windows({ provisionVMAgent: false }),
    os({ allowExtensionOperations: false, windowsConfiguration: { provisionVMAgent: false } }),
  ),
  machineCase(
    "WIN-TIMEZONE",
    "InvalidParameter",
    windows({ timeZone: "Europe/Berlin" }),
    windows({ timeZone: "w. europe standard time" }),
  ),
  machineCase(
    "WIN-TIMEZONE",
    "InvalidParameter",
    windows({ timeZone: "Nowhere Standard Time" }),
    windows({ timeZone: "UTC" }),
  ),
  machineCase(
    "CUSTOMDATA",
    "InvalidParameter",
    os({ customData: "no base64!" }),
    os({ customData: "YQ==" }),
  ),
];
