import type { Properties } from "../../../local/provider";
import { freeNic, image, machineCase, merge, os } from "./machineCase";
import type { RuleCase } from "./ruleCase";
import type { Lab, Stage } from "./stage";
import {
  machineInputs,
  makeMachine,
  networkInputs,
  nicInputs,
  publicAddressInputs,
  tokens,
} from "./stage";

async function zonedNic(stage: Stage, lab: Lab): Promise<Properties> {
  const address = await stage.create(
    tokens.publicAddress,
    "zoned",
    publicAddressInputs("zoned", { zones: ["2"] }),
  );
  const nic = await stage.create(
    tokens.nic,
    "nic",
    nicInputs("nic", lab.subnet.id, {
      ipConfigurations: [
        { name: "a", subnet: { id: lab.subnet.id }, publicIPAddress: { id: address.id } },
      ],
    }),
  );
  return { nic: nic.id };
}

async function twoNetworks(stage: Stage, lab: Lab): Promise<Properties> {
  const far = await stage.create(
    tokens.network,
    "far",
    networkInputs({
      virtualNetworkName: "far",
      subnets: [{ name: "s", addressPrefixes: ["10.1.0.0/24", "fd12:3456::/64"] }],
    }),
  );
  const make = async (name: string, subnet: string) =>
    (await stage.create(tokens.nic, name, nicInputs(name, subnet))).id;
  return {
    nic: await make("nic", lab.subnet.id),
    second: await make("second", lab.subnet.id),
    far: await make("far", `${far.id}/subnets/s`),
  };
}

const nics =
  (...names: string[]) =>
  (prepared: Properties): Properties => ({
    networkProfile: {
      networkInterfaces: names.map((name, index) => ({ id: prepared[name], primary: index === 0 })),
    },
  });

export const machineAndNicCases: RuleCase[] = [
  machineCase(
    "VM-NEEDS-NIC",
    "InvalidParameter",
    { networkProfile: { networkInterfaces: [] } },
    {},
  ),
  machineCase(
    "VM-ONE-PRIMARY-NIC",
    "NetworkInterfaceMustHavePrimaryPropertySet",
    ({ nic, second }) => ({ networkProfile: { networkInterfaces: [{ id: nic }, { id: second }] } }),
    nics("nic", "second"),
    twoNetworks,
  ),
  machineCase(
    "REGION-VM-NIC",
    "InvalidResourceReference",
    { location: "westus" },
    { location: "EastUS" },
  ),
  machineCase(
    "VM-ONE-VNET",
    "NetworkInterfacesNotInSameVnet",
    nics("nic", "far"),
    nics("nic", "second"),
    twoNetworks,
  ),
  {
    rule: "NIC-ONE-VM",
    code: "NicInUse",
    prepare: async (stage, lab) => ({ nic: (await makeMachine(stage, lab, "ada")).nic.id }),
    illegal: (stage, _lab, { nic }) =>
      stage.create(tokens.machine, "bob", machineInputs("bob", String(nic))),
    legal: (stage, lab) => makeMachine(stage, lab, "bob"),
  },
  machineCase("VM-ONE-ZONE", "VMZonesMustBeSingle", { zones: ["1", "2"] }, { zones: ["1"] }),
  machineCase(
    "VM-ZONE-AVSET",
    "InvalidParameter",
    ({ nic }) => ({
      zones: ["1"],
      availabilitySet: {
        id: `${String(nic).split("/providers/")[0]}/providers/Microsoft.Compute/availabilitySets/a`,
      },
    }),
    { zones: ["1"] },
  ),
  machineCase(
    "VM-PIP-ZONE",
    "ComputeResourceZoneConstraintDoesNotMatchPublicIPAddressZoneConstraint",
    { zones: ["1"] },
    { zones: ["2"] },
    zonedNic,
  ),
  machineCase(
    "VM-IMAGE-REQUIRED",
    "InvalidParameter",
    image({ imageReference: { offer: null } }),
    {},
  ),
  machineCase(
    "VM-LUN-DUP",
    "InvalidParameter",
    image({ dataDisks: [0, 0].map((lun) => ({ lun, createOption: "Empty", diskSizeGB: 8 })) }),
    image({ dataDisks: [0, 1].map((lun) => ({ lun, createOption: "Empty", diskSizeGB: 8 })) }),
  ),
  {
    rule: "VM-DISK-NAME",
    code: "ConflictingUserInput",
    prepare: async (stage, lab) => {
      const { machine } = await makeMachine(stage, lab, "ada", {
        machine: { storageProfile: disk("taken") },
      });
      await stage.remove(machine);
      return freeNic(stage, lab);
    },
    illegal: (stage, _lab, { nic }) =>
      stage.create(
        tokens.machine,
        "bob",
        machineInputs("bob", String(nic), { storageProfile: disk("taken") }),
      ),
    legal: (stage, _lab, { nic }) =>
      stage.create(
        tokens.machine,
        "bob",
        machineInputs("bob", String(nic), { storageProfile: disk("free") }),
      ),
  },
  machineCase(
    "SPOT",
    "InvalidParameter",
    { evictionPolicy: "Deallocate" },
    { evictionPolicy: "Deallocate", priority: "Spot", billingProfile: { maxPrice: -1 } },
  ),
  machineCase(
    "SPOT-PRICE",
    "InvalidParameter",
    { priority: "Spot", billingProfile: { maxPrice: 0 } },
    { priority: "Spot", billingProfile: { maxPrice: 0.01 } },
  ),
  machineCase(
    "VM-LICENSE",
    "InvalidParameter",
    { licenseType: "Windows" },
    { licenseType: "windows_client" },
  ),
  machineCase(
    "OSDISK-SIZE",
    "OperationNotAllowed",
    image({ osDisk: { diskSizeGB: 126 } }),
    image({ osDisk: { diskSizeGB: 127 } }),
  ),
  machineCase(
    "OSDISK-SIZE",
    "OperationNotAllowed",
    image({ osDisk: { diskSizeGB: 4096 } }),
    image({ imageReference: { sku: "2022-datacenter-smalldisk" }, osDisk: { diskSizeGB: 30 } }),
  ),
  machineCase(
    "OSDISK-ULTRA",
    "InvalidParameter",
    image({ osDisk: { managedDisk: { storageAccountType: "UltraSSD_LRS" } } }),
    image({ osDisk: { managedDisk: { storageAccountType: "Premium_LRS" } } }),
  ),
  {
    rule: "OUTBOUND",
    illegal: (stage, lab) => makeMachine(stage, lab, "ada"),
    legal: async (stage, lab) => {
      const { nic } = await zonedNic(stage, lab);
      return stage.create(tokens.machine, "bob", machineInputs("bob", String(nic)));
    },
  },
];

/** An OS disk of that name that outlives its machine. */
function disk(name: string): Properties {
  return {
    imageReference: { publisher: "p", offer: "o", sku: "s", version: "latest" },
    osDisk: { name, createOption: "FromImage", deleteOption: "Detach" },
  };
}

/** A change that is planned as an update in place. */
function changeCase(
  rule: string,
  code: string,
  illegal: Properties,
  legal: Properties,
  before: Properties = {},
): RuleCase {
  const change =
    (properties: Properties): RuleCase["legal"] =>
    async (stage, lab) => {
      const { machine, nic } = await makeMachine(stage, lab, "ada", { machine: before });
      try {
        await stage.update(machine, merge(machine.inputs, properties));
      } finally {
        await stage.remove(machine);
        await stage.remove(nic);
      }
    };
  return { rule, code, illegal: change(illegal), legal: change(legal) };
}

const size = (name: string): Properties => ({ hardwareProfile: { vmSize: `Standard_${name}` } });

export const changeCases: RuleCase[] = [
  changeCase(
    "VM-UNCHANGEABLE",
    "PropertyChangeNotAllowed",
    os({ adminPassword: "Other-password-1" }),
    { hardwareProfile: { vmSize: "Standard_B4ms" } },
  ),
  changeCase(
    "VM-UNCHANGEABLE",
    "PropertyChangeNotAllowed",
    image({ imageReference: { sku: "win11-23h2-ent" } }),
    { tags: { a: "b" } },
  ),
  changeCase(
    "VM-LOCATION",
    "InvalidResourceLocation",
    { location: "westus" },
    { location: "East US" },
  ),
  {
    rule: "VM-NIC-CHANGE",
    code: "CannotAddOrRemoveNetworkInterfacesFromARunningVirtualMachine",
    illegal: async (stage, lab) => {
      const { machine, nic } = await makeMachine(stage, lab, "ada");
      const other = await stage.create(tokens.nic, "other", nicInputs("other", lab.subnet.id));
      try {
        await stage.update(
          machine,
          merge(machine.inputs, nics("a", "b")({ a: nic.id, b: other.id })),
        );
      } finally {
        for (const made of [machine, nic, other]) await stage.remove(made);
      }
    },
    legal: async (stage, lab) => {
      const { machine, nic } = await makeMachine(stage, lab, "ada");
      await stage.update(machine, merge(machine.inputs, nics("a")({ a: nic.id.toUpperCase() })));
    },
  },
  changeCase("VM-RESIZE-TEMP-DISK", "OperationNotAllowed", size("D2s_v5"), size("D2s_v3")),
  changeCase(
    "VM-RESIZE-CONTROLLER",
    "InvalidParameter",
    size("D2s_v6"),
    size("D4s_v5"),
    size("D2s_v5"),
  ),
  changeCase(
    "VM-OSDISK-SIZE",
    "Conflict",
    image({ osDisk: { diskSizeGB: 256 } }),
    image({ osDisk: { caching: "ReadOnly" } }),
  ),
  changeCase(
    "VM-CHANGE-RUNNING",
    "OperationNotAllowed",
    { securityProfile: { encryptionAtHost: true } },
    { tags: { stage: "dev" } },
  ),
  changeCase(
    "VM-CHANGE-RUNNING",
    "OperationNotAllowed",
    { ...size("D2s_v6"), ...image({ diskControllerType: "NVMe" }) },
    size("D4s_v5"),
    size("D2s_v5"),
  ),
];
