/** What security groups say to a connection between two machines of a lab, for a proof that failed. */
import type { Guard } from "./proofVerdict";
import { accessOf, decidingRule, type Direction, type SecurityRule } from "./securityGroup";

/** A security group as Azure has it now. */
export interface GuardingGroup {
  name: string;
  rules: readonly SecurityRule[];
}

/** One of the ports that Windows connects from. */
const sourcePort = 50_000;

/**
 * The guard of groups that stand in both machines' way, out and in. The addresses of the machines themselves are what is known of
 * the virtual network.
 */
export function guardOf(groups: readonly GuardingGroup[], addresses: readonly string[]): Guard {
  const surroundings = {
    virtualNetwork: addresses.filter((address) => address !== ""),
    moreInVirtualNetwork: true,
  };
  return ({ from, to, protocol = "TCP", port }) => {
    const ends = { source: from.address, destination: to.address };
    if (ends.source === "" || ends.destination === "") return undefined;
    const said = (["Outbound", "Inbound"] as Direction[]).flatMap((direction) =>
      groups.flatMap(({ name, rules }) => {
        const packet = {
          direction,
          protocol,
          ...ends,
          sourcePort,
          destinationPort: port,
        };
        const { access, rule, uncertain } = decidingRule(rules, packet, surroundings);
        if (access === "Deny") return [`${described(rule)} in ${name} denies it`];
        const other = uncertain.find((one) => accessOf(one) === "Deny");
        return other ? [`${described(other)} in ${name} may deny it`] : [];
      }),
    );
    return said.length === 0 ? undefined : said.join("; ");
  };
}

function described({ name, priority }: SecurityRule): string {
  return `security rule ${name} (priority ${priority})`;
}
