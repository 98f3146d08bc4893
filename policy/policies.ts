import type { Policies } from "@pulumi/policy";
import { azureAccepts } from "./azureAccepts";
import { ipv6OnPeers } from "./ipv6OnPeers";
import { noRedundantRule, noShadowedRule } from "./noShadowedRule";
import { peerPortsNotOpen } from "./peerPortsNotOpen";
import { runCommandsFail } from "./runCommands";
import { secretPolicies } from "./secrets";
import { servicePolicies } from "./services";

/** All policies of the pack, each with a memory of its own where it needs one. */
export function policies(): Policies {
  return [
    ...secretPolicies(),
    runCommandsFail,
    ipv6OnPeers,
    peerPortsNotOpen,
    noShadowedRule,
    noRedundantRule,
    ...servicePolicies,
    azureAccepts,
  ];
}
