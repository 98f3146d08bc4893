import type { Properties } from "../../../local/provider";
import type { RuleCase } from "./ruleCase";
import { group } from "./securityRuleCases";
import { nicInputs, publicAddressInputs, tokens } from "./stage";

/** An interface with a public address of that family, behind a security group with these rules. */
function reachCase(version: "IPv4" | "IPv6", illegal: Properties[], legal: Properties[]): RuleCase {
  const make =
    (name: string, rules: Properties[]): RuleCase["legal"] =>
    async (stage, lab) => {
      const guard = await stage.create(tokens.securityGroup, `${name}-group`, group(...rules));
      const address = await stage.create(
        tokens.publicAddress,
        `${name}-address`,
        publicAddressInputs(`${name}-address`, { publicIPAddressVersion: version }),
      );
      const subnet = { id: lab.subnet.id };
      const publicIPAddress = { id: address.id };
      const four = { name: "four", primary: true, subnet };
      const six = { name: "six", privateIPAddressVersion: "IPv6", subnet };
      await stage.create(
        tokens.nic,
        name,
        nicInputs(name, lab.subnet.id, {
          networkSecurityGroup: { id: guard.id },
          ipConfigurations:
            version === "IPv4"
              ? [{ ...four, publicIPAddress }, six]
              : [four, { ...six, publicIPAddress }],
        }),
      );
    };
  return {
    rule: "PIP-STANDARD-NO-ALLOW",
    illegal: make("illegal", illegal),
    legal: make("legal", legal),
  };
}

const from = (sourceAddressPrefix: string): Properties => ({ sourceAddressPrefix });

export const publicReachCases: RuleCase[] = [
  reachCase("IPv4", [], [{}]),
  reachCase("IPv4", [from("VirtualNetwork")], [from("Internet")]),
  reachCase("IPv4", [from("10.1.0.0/24")], [from("203.0.113.7")]),
  reachCase("IPv6", [from("203.0.113.7"), from("fd12:3456::/64")], [from("2001:db8:1::/48")]),
  reachCase(
    "IPv4",
    [{ ...from("*"), access: "Deny" }],
    [{ ...from("203.0.113.0/24"), destinationAddressPrefix: "10.1.0.0/24" }],
  ),
  reachCase(
    "IPv4",
    [{ ...from("203.0.113.0/24"), destinationAddressPrefix: "10.1.9.0/24" }],
    [{ ...from("203.0.113.0/24"), destinationAddressPrefix: "10.1.0.64/26" }],
  ),
];
