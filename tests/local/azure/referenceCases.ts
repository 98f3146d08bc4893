import type { Properties } from "../../../local/provider";
import { freeNic, image, machineCase } from "./machineCase";
import type { RuleCase } from "./ruleCase";
import { prefixes } from "./ruleCase";
import { group } from "./securityRuleCases";
import type { Lab, Stage } from "./stage";
import { nicInputs, publicAddressInputs, resourceGroupName, subnetInputs, tokens } from "./stage";

type Make = (stage: Stage, name: string, location: string) => Promise<string>;

const makeGroup: Make = async (stage, name, location) =>
  (await stage.create(tokens.securityGroup, name, { ...group(), location })).id;

const makeAddress: Make = async (stage, name, location) =>
  (await stage.create(tokens.publicAddress, name, publicAddressInputs(name, { location }))).id;

const makeGateway: Make = async (stage, name, location) => {
  const id = await makeAddress(stage, `${name}-address`, location);
  const inputs = { resourceGroupName, location, publicIpAddresses: [{ id }] };
  return (await stage.create(tokens.natGateway, name, inputs)).id;
};

/** Something that names a resource of another region, and one of its own. */
function regionCase(
  rule: string,
  make: Make,
  use: (stage: Stage, lab: Lab, id: string) => Promise<unknown>,
): RuleCase {
  return {
    rule,
    code: "InvalidResourceReference",
    prepare: async (stage) => ({
      far: await make(stage, "far", "westus"),
      near: await make(stage, "near", "East US"),
    }),
    illegal: (stage, lab, { far }) => use(stage, lab, String(far)),
    legal: (stage, lab, { near }) => use(stage, lab, String(near)),
  };
}

const subnetWith = (extra: (id: string) => Properties) => (stage: Stage, _lab: Lab, id: string) =>
  stage.create(
    tokens.subnet,
    "s",
    subnetInputs({ subnetName: "s", ...prefixes("10.1.1.0/24"), ...extra(id) }),
  );

const nicWith =
  (extra: (id: string, lab: Lab) => Properties) => (stage: Stage, lab: Lab, id: string) =>
    stage.create(tokens.nic, "n", nicInputs("n", lab.subnet.id, extra(id, lab)));

const attached = (id: string): Properties => ({
  networkProfile: { networkInterfaces: [{ id }] },
});

export const referenceCases: RuleCase[] = [
  regionCase(
    "REGION-NSG",
    makeGroup,
    subnetWith((id) => ({ networkSecurityGroup: { id } })),
  ),
  regionCase(
    "REGION-NAT",
    makeGateway,
    subnetWith((id) => ({ natGateway: { id } })),
  ),
  {
    rule: "REGION-RT",
    code: "InvalidResourceReference",
    illegal: (stage, lab) =>
      subnetWith((id) => ({ routeTable: { id } }))(stage, lab, lab.network.id),
    legal: (stage, lab) => subnetWith(() => ({}))(stage, lab, ""),
  },
  regionCase(
    "REGION-NIC-NSG",
    makeGroup,
    nicWith((id) => ({ networkSecurityGroup: { id } })),
  ),
  regionCase(
    "REGION-NIC-PIP",
    makeAddress,
    nicWith((id, lab) => ({
      ipConfigurations: [{ name: "a", subnet: { id: lab.subnet.id }, publicIPAddress: { id } }],
    })),
  ),
  {
    rule: "REGION-NIC-VNET",
    code: "InvalidResourceReference",
    illegal: (stage, lab) => nicWith(() => ({ location: "westus" }))(stage, lab, ""),
    legal: (stage, lab) => nicWith(() => ({ location: "East US" }))(stage, lab, ""),
  },
  {
    rule: "REGION-NIC-VNET",
    code: "InvalidResourceReference",
    illegal: (stage, lab) => stage.create(tokens.nic, "n", nicInputs("n", lab.network.id)),
    legal: (stage, lab) =>
      stage.create(tokens.nic, "n", nicInputs("n", lab.subnet.id.toUpperCase())),
  },
  {
    rule: "REF-MISSING",
    code: "InvalidResourceReference",
    illegal: (stage, lab) => stage.create(tokens.nic, "n", nicInputs("n", `${lab.subnet.id}x`)),
    legal: (stage, lab) =>
      stage.create(tokens.nic, "n", nicInputs("n", lab.subnet.id.toLowerCase())),
  },
  {
    rule: "REF-MISSING",
    code: "InvalidResourceReference",
    illegal: (stage, lab) =>
      subnetWith((id) => ({ routeTable: { id } }))(
        stage,
        lab,
        `${lab.group.id}/providers/Microsoft.Network/routeTables/r`,
      ),
    legal: (stage, lab) => subnetWith(() => ({}))(stage, lab, ""),
  },
  machineCase(
    "REF-MISSING",
    "InvalidResourceReference",
    ({ nic }) => attached(`${String(nic)}x`),
    ({ nic }) => attached(String(nic)),
  ),
  {
    rule: "REF-FORMAT",
    code: "LinkedInvalidPropertyId",
    illegal: (stage, lab) => stage.create(tokens.nic, "n", nicInputs("n", lab.subnet.id.slice(1))),
    legal: (stage, lab) => stage.create(tokens.nic, "n", nicInputs("n", lab.subnet.id)),
  },
  machineCase(
    "REF-FORMAT",
    "LinkedInvalidPropertyId",
    image({ imageReference: { id: "win11-image" } }),
    image({
      imageReference: {
        id: "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/images/i",
      },
    }),
    freeNic,
  ),
];
