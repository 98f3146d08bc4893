import type { Properties } from "../../../local/provider";
import type { RuleCase } from "./ruleCase";
import { space } from "./ruleCase";
import type { Lab, Made, Stage } from "./stage";
import { networkInputs, tokens } from "./stage";

/** A network of its own address space, peered with the networks of those ids. */
function peered(
  name: string,
  prefix: string,
  remotes: string[],
  peering: Properties = {},
): Properties {
  return networkInputs({
    virtualNetworkName: name,
    ...space(prefix),
    virtualNetworkPeerings: remotes.map((id, index) => ({
      name: `p${index}`,
      remoteVirtualNetwork: { id },
      ...peering,
    })),
  });
}

const make = (stage: Stage, inputs: Properties) =>
  stage.create(tokens.network, String(inputs.virtualNetworkName), inputs);

/** A network `far` that is peered with the lab's, in both directions. */
async function makeFar(stage: Stage, lab: Lab): Promise<{ far: Made; near: Made }> {
  const far = await make(stage, peered("far", "10.77.0.0/16", [lab.network.id]));
  const near = await stage.update(lab.network, {
    ...lab.network.inputs,
    virtualNetworkPeerings: [{ name: "back", remoteVirtualNetwork: { id: far.id } }],
  });
  return { far, near };
}

const overlap = "VnetAddressSpaceOverlapsWithAlreadyPeeredVnet";

export const peeringCases: RuleCase[] = [
  {
    rule: "PEER-OVERLAP",
    code: overlap,
    illegal: (stage, lab) => make(stage, peered("far", "10.1.128.0/17", [lab.network.id])),
    legal: (stage, lab) => make(stage, peered("far", "10.77.0.0/16", [lab.network.id])),
  },
  {
    // With a network that the other is peered with already.
    rule: "PEER-OVERLAP",
    code: overlap,
    prepare: async (stage, lab) => ({ far: (await makeFar(stage, lab)).far.id }),
    illegal: (stage, _lab, { far }) => make(stage, peered("third", "10.1.0.0/17", [String(far)])),
    legal: (stage, _lab, { far }) => make(stage, peered("third", "10.78.0.0/16", [String(far)])),
  },
  {
    // Between two networks that one is to be peered with.
    rule: "PEER-OVERLAP",
    code: overlap,
    prepare: async (stage) => ({
      one: (await make(stage, peered("one", "10.30.0.0/16", []))).id,
      two: (await make(stage, peered("two", "10.30.7.0/24", []))).id,
    }),
    illegal: (stage, _lab, { one, two }) =>
      make(stage, peered("hub", "10.77.0.0/16", [String(one), String(two)])),
    legal: (stage, lab, { one }) =>
      make(stage, peered("hub", "10.77.0.0/16", [String(one), lab.network.id])),
  },
  {
    rule: "PEER-BOTH-WAYS",
    illegal: (stage, lab) => make(stage, peered("far", "10.77.0.0/16", [lab.network.id])),
    legal: async (stage, lab) => {
      const far = `${lab.group.id}/providers/Microsoft.Network/virtualNetworks/far`;
      await stage.update(lab.network, {
        ...lab.network.inputs,
        virtualNetworkPeerings: [{ name: "back", remoteVirtualNetwork: { id: far } }],
      });
    },
  },
  {
    rule: "PEER-GATEWAY",
    code: "RemoteVnetHasNoGateways",
    illegal: (stage, lab) =>
      make(stage, peered("far", "10.77.0.0/16", [lab.network.id], { useRemoteGateways: true })),
    legal: (stage, lab) =>
      make(stage, peered("far", "10.77.0.0/16", [lab.network.id], { allowGatewayTransit: true })),
  },
  {
    rule: "PEER-NAME",
    code: "InvalidResourceName",
    illegal: (stage, lab) =>
      make(stage, peered("far", "10.77.0.0/16", [lab.network.id], { name: "-to-lab" })),
    legal: (stage, lab) =>
      make(stage, peered("far", "10.77.0.0/16", [lab.network.id], { name: "to-lab" })),
  },
  {
    rule: "PEER-NETWORK",
    code: "InvalidResourceReference",
    illegal: (stage, lab) => make(stage, peered("far", "10.77.0.0/16", [lab.subnet.id])),
    legal: (stage, lab) =>
      make(stage, { ...peered("far", "10.77.0.0/16", [lab.network.id]), location: "westus" }),
  },
  {
    rule: "PEER-SPACE-CHANGE",
    illegal: async (stage, lab) => {
      const { near } = await makeFar(stage, lab);
      await stage.update(near, {
        ...near.inputs,
        ...space("10.1.0.0/16", "fd12:3456::/48", "10.79.0.0/16"),
      });
    },
    legal: (stage) => make(stage, peered("alone", "10.80.0.0/16", [])),
  },
  {
    rule: "VNET-LIMITS",
    code: "PeeringsLimitReached",
    prepare: async (stage) => {
      const ids: string[] = [];
      for (let index = 0; index < 20; index++) {
        ids.push((await make(stage, peered(`n${index}`, `10.${100 + index}.0.0/16`, []))).id);
      }
      return { ids };
    },
    illegal: (stage, _lab, { ids }) =>
      make(stage, peered("hub", "10.77.0.0/16", manyOf(ids as string[], 501))),
    legal: (stage, _lab, { ids }) =>
      make(stage, peered("hub", "10.77.0.0/16", manyOf(ids as string[], 500))),
  },
];

const manyOf = (ids: string[], count: number) =>
  Array.from({ length: count }, (_, index) => ids[index % ids.length]);
