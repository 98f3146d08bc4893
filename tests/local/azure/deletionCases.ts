import type { Properties } from "../../../local/provider";
import type { RuleCase } from "./ruleCase";
import type { Lab, Made, Stage } from "./stage";
import {
  makeLab,
  makeMachine,
  nicInputs,
  publicAddressInputs,
  resourceGroupName,
  subnetInputs,
  tokens,
} from "./stage";

interface Scene {
  /** What is to be deleted, while it is used and then when it is not. */
  target: Made;
  /** Who uses it, in the order in which they go. */
  users: Made[];
}

function deletionCase(
  rule: string,
  code: string,
  build: (stage: Stage, lab: Lab) => Promise<Scene>,
): RuleCase {
  const scenes = new WeakMap<Stage, Scene>();
  const sceneOf = (stage: Stage) => scenes.get(stage) as Scene;
  return {
    rule,
    code,
    prepare: async (stage, lab) => {
      scenes.set(stage, await build(stage, lab));
      return {};
    },
    illegal: (stage) => stage.remove(sceneOf(stage).target),
    legal: async (stage) => {
      const { target, users } = sceneOf(stage);
      for (const user of users) await stage.remove(user);
      await stage.remove(target);
    },
  };
}

const nicIn = (stage: Stage, lab: Lab, extra: Properties = {}) =>
  stage.create(tokens.nic, "nic", nicInputs("nic", lab.subnet.id, extra));

const address = (stage: Stage) =>
  stage.create(tokens.publicAddress, "address", publicAddressInputs("address"));

async function linked(stage: Stage, lab: Lab): Promise<{ zone: Made; link: Made }> {
  const zone = { resourceGroupName, privateZoneName: "lab.internal", location: "global" };
  return {
    zone: await stage.create(tokens.zone, "zone", zone),
    link: await stage.create(tokens.link, "link", {
      ...zone,
      virtualNetwork: { id: lab.network.id },
    }),
  };
}

export const deletionCases: RuleCase[] = [
  deletionCase("SUBNET-IN-USE", "InUseSubnetCannotBeDeleted", async (stage, lab) => ({
    target: lab.subnet,
    users: [await nicIn(stage, lab)],
  })),
  deletionCase("SUBNET-IN-USE", "InUseSubnetCannotBeDeleted", async (stage, lab) => ({
    target: lab.network,
    users: [await nicIn(stage, lab)],
  })),
  {
    // A network's list of subnets that leaves one out deletes it.
    rule: "SUBNET-IN-USE",
    code: "InUseSubnetCannotBeDeleted",
    prepare: async (stage, lab) => (await nicIn(stage, lab)).outputs,
    illegal: (stage, lab) => stage.update(lab.network, { ...lab.network.inputs, subnets: [] }),
    legal: (stage, lab) =>
      stage.update(lab.network, { ...lab.network.inputs, tags: { kept: "all" } }),
  },
  deletionCase("VNET-LINKED", "InUseVirtualNetworkCannotBeDeleted", async (stage, lab) => ({
    target: lab.network,
    users: [(await linked(stage, lab)).link],
  })),
  deletionCase("DNS-ZONE-LINKED", "CannotDeleteResource", async (stage, lab) => {
    const { zone, link } = await linked(stage, lab);
    return { target: zone, users: [link] };
  }),
  deletionCase("NIC-IN-USE", "NicInUse", async (stage, lab) => {
    const { nic, machine } = await makeMachine(stage, lab, "ada");
    return { target: nic, users: [machine] };
  }),
  deletionCase("PIP-IN-USE", "PublicIPAddressCannotBeDeleted", async (stage, lab) => {
    const target = await address(stage);
    const ipConfigurations = [
      { name: "a", subnet: { id: lab.subnet.id }, publicIPAddress: { id: target.id } },
    ];
    return { target, users: [await nicIn(stage, lab, { ipConfigurations })] };
  }),
  deletionCase("PIP-IN-USE", "PublicIPAddressCannotBeDeleted", async (stage) => {
    const target = await address(stage);
    const inputs = { resourceGroupName, publicIpAddresses: [{ id: target.id }] };
    return { target, users: [await stage.create(tokens.natGateway, "gateway", inputs)] };
  }),
  deletionCase("NSG-IN-USE", "InUseNetworkSecurityGroupCannotBeDeleted", async (stage, lab) => {
    const target = await stage.create(tokens.securityGroup, "group", { resourceGroupName });
    const networkSecurityGroup = { id: target.id };
    return { target, users: [await nicIn(stage, lab, { networkSecurityGroup })] };
  }),
  deletionCase("NAT-IN-USE", "CannotDeleteNatGatewayAssociatedToSubnet", async (stage) => {
    const target = await stage.create(tokens.natGateway, "gateway", { resourceGroupName });
    const inputs = subnetInputs({
      subnetName: "behind",
      addressPrefixes: ["10.1.9.0/24"],
      natGateway: { id: target.id },
    });
    return { target, users: [await stage.create(tokens.subnet, "behind", inputs)] };
  }),
  {
    rule: "GROUP-BLOCKED",
    code: "ResourceGroupDeletionBlocked",
    prepare: async (stage, lab) => {
      const elsewhere = { resourceGroupName: "elsewhere", location: "eastus" };
      await stage.create(tokens.group, "elsewhere", elsewhere);
      await nicIn(stage, lab, { resourceGroupName: "elsewhere" });
      return {};
    },
    illegal: (stage, lab) => stage.remove(lab.group),
    legal: async (stage, lab) => {
      const user = stage.server.resources().find(({ name }) => name === "nic");
      await stage.server.deleteResource(user?.id ?? "");
      await stage.remove(lab.group);
      await makeLab(stage);
    },
  },
];
