import { machineCase } from "./machineCase";
import type { RuleCase } from "./ruleCase";
import { creations, space } from "./ruleCase";
import { group } from "./securityRuleCases";
import { networkInputs, tokens } from "./stage";

const letters = (count: number) => "n".repeat(count);

function resourceGroup(illegal: string, legal: string): RuleCase {
  const named = (resourceGroupName: string) => ({ resourceGroupName, location: "eastus" });
  return creations("NAME", "InvalidResourceGroup", tokens.group, named(illegal), named(legal));
}

function securityGroup(illegal: string, legal: string): RuleCase {
  const named = (networkSecurityGroupName: string) => ({ ...group(), networkSecurityGroupName });
  return creations(
    "NAME",
    "InvalidResourceName",
    tokens.securityGroup,
    named(illegal),
    named(legal),
  );
}

function network(illegal: string, legal: string): RuleCase {
  const named = (virtualNetworkName: string) =>
    networkInputs({ ...space("10.2.0.0/16"), virtualNetworkName });
  return creations("NAME", "InvalidResourceName", tokens.network, named(illegal), named(legal));
}

/** How long a name may be, and which characters it may hold, at their limits. */
export const nameCases: RuleCase[] = [
  network(letters(1), letters(2)),
  network(letters(65), letters(64)),
  securityGroup(letters(81), letters(80)),
  securityGroup("straße", "strasse"),
  resourceGroup("lab.", "(lab)-2"),
  resourceGroup(letters(91), letters(90)),
  resourceGroup("lab 2", "Übung_実験室٣"),
  // A number that is no digit, and a letter of two UTF-16 units.
  resourceGroup("lab²", "lab2"),
  resourceGroup("lab𝒳", "labX"),
  machineCase("VM-NAME", "InvalidParameter", { vmName: letters(65) }, { vmName: letters(64) }),
  machineCase("VM-NAME", "InvalidParameter", { vmName: "-vm" }, { vmName: "vm-1" }),
];
