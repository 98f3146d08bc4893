import { deletionCases } from "./deletionCases";
import { changeCases, machineAndNicCases } from "./machineCases";
import { nameCases } from "./nameCases";
import { networkInterfaceCases } from "./networkInterfaceCases";
import { operatingSystemCases } from "./operatingSystemCases";
import { peeringCases } from "./peeringCases";
import { dnsCases } from "./privateDnsCases";
import { publicAddressCases } from "./publicAddressCases";
import { publicReachCases } from "./publicReachCases";
import { referenceCases } from "./referenceCases";
import type { RuleCase } from "./ruleCase";
import { runCommandCases, scheduleCases } from "./runCommandCases";
import { securityRuleCases } from "./securityRuleCases";
import { tagCases } from "./tagCases";
import { virtualNetworkCases } from "./virtualNetworkCases";

/** At least one case for every rule of the stand-in and every code that it refuses with. */
export const allCases: RuleCase[] = [
  ...nameCases,
  ...securityRuleCases,
  ...virtualNetworkCases,
  ...peeringCases,
  ...publicAddressCases,
  ...publicReachCases,
  ...networkInterfaceCases,
  ...machineAndNicCases,
  ...operatingSystemCases,
  ...changeCases,
  ...runCommandCases,
  ...scheduleCases,
  ...dnsCases,
  ...tagCases,
  ...referenceCases,
  ...deletionCases,
];
