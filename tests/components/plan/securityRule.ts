import type { Packet, SecurityRule, Surroundings } from "../../../components/plan/securityGroup";

/** A small dual-stack network. */
export const surroundings: Surroundings = { virtualNetwork: ["10.80.0.0/16", "fd00:80::/48"] };

/** A rule for everything, but for what is said; access and priority by its name, such as `Deny100`. */
export function rule(name: string, fields: Partial<SecurityRule> = {}): SecurityRule {
  return {
    name,
    direction: "Inbound",
    priority: Number(/\d+/.exec(name)?.[0] ?? 100),
    access: /^deny/i.test(name) ? "Deny" : "Allow",
    protocol: "*",
    sourceAddressPrefixes: ["*"],
    sourcePortRanges: ["*"],
    destinationAddressPrefixes: ["*"],
    destinationPortRanges: ["*"],
    ...fields,
  };
}

/** The field for one source. */
export const from = (prefix: string) => ({ sourceAddressPrefixes: [prefix] });

/** From peer to peer over IPv4 to TCP 3587, but for what is said. */
export const packet = (fields: Partial<Packet> = {}): Packet => ({
  direction: "Inbound",
  protocol: "TCP",
  source: "10.80.0.4",
  sourcePort: 50000,
  destination: "10.80.0.5",
  destinationPort: 3587,
  ...fields,
});
