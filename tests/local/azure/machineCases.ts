import type { Properties } from "../../../local/provider";
import type { RuleCase } from "./rules.test";
import type { Lab, Stage } from "./stage";
import {
  machineInputs,
  makeMachine,
  networkInputs,
  nicInputs,
  publicAddressInputs,
  resourceGroupName,
  tokens,
} from "./stage";

/** A free NIC in the lab's subnet. */
async function freeNic(stage: Stage, lab: Lab): Promise<Properties> {
  return { nic: (await stage.create(tokens.nic, "nic", nicInputs("nic", lab.subnet.id))).id };
}

type Change = Properties | ((prepared: Properties) => Properties);

/** Machines on the prepared NIC, with these properties laid over a legal machine's, down to nested ones. */
function machineCase(
  rule: string,
  code: string | undefined,
  illegal: Change,
  legal: Change,
  prepare: NonNullable<RuleCase["prepare"]> = freeNic,
): RuleCase {
  const make =
    (name: string, change: Change): RuleCase["legal"] =>
    async (stage, _lab, prepared) => {
      const wanted = typeof change === "function" ? change(prepared) : change;
      const inputs = merge(machineInputs(name, String(prepared.nic)), wanted);
      const made = await stage.create(tokens.machine, name, inputs);
      // Both are tried on one NIC.
      await stage.remove(made);
    };
  return { rule, code, prepare, illegal: make("vm", illegal), legal: make("vm", legal) };
}

function merge(base: Properties, change: Properties): Properties {
  const result: Properties = { ...base };
  for (const [name, value] of Object.entries(change)) {
    const before = result[name];
    const nested = isPlain(value) && isPlain(before);
    result[name] = nested ? merge(before, value) : value;
  }
  return result;
}

function isPlain(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const os = (osProfile: Properties): Properties => ({ osProfile });
const windows = (windowsConfiguration: Properties): Properties => os({ windowsConfiguration });
const image = (storageProfile: Properties): Properties => ({ storageProfile });

const operatingSystemCases: RuleCase[] = [
  machineCase(
    "WIN-COMPUTERNAME",
    "InvalidParameter",
    os({ computerName: "sixteen-letters1" }),
    os({ computerName: "fifteen-letters" }),
  ),
  machineCase(
    "WIN-COMPUTERNAME",
    "InvalidParameter",
    os({ computerName: "123" }),
    os({ computerName: "1-23" }),
  ),
  machineCase(
    "WIN-COMPUTERNAME",
    "InvalidParameter",
    os({ computerName: "a_b" }),
    os({ computerName: "a-b" }),
  ),
  machineCase("WIN-OSPROFILE", "InvalidParameter", os({ adminPassword: null }), {}),
  machineCase(
    "ADMIN-FORBIDDEN",
    "InvalidParameter",
    os({ adminUsername: "Admin" }),
    os({ adminUsername: "admins" }),
  ),
  machineCase(
    "ADMIN-FORMAT",
    "InvalidParameter",
    os({ adminUsername: "ada." }),
    os({ adminUsername: "ada.l" }),
  ),
  machineCase(
    "PASSWORD-LENGTH",
    "InvalidParameter",
    os({ adminPassword: "Aa1-xyz" }),
    os({ adminPassword: `Aa1-${"x".repeat(119)}` }),
  ),
  machineCase(
    "PASSWORD-LENGTH-12",
    undefined,
    os({ adminPassword: "Aa1-xyzwxyz" }),
    os({ adminPassword: "Aa1-xyzwxyz1" }),
  ),
  machineCase(
    "PASSWORD-CLASSES",
    "InvalidParameter",
    os({ adminPassword: "abcdefgh_123" }),
    os({ adminPassword: "abcdefgh-123" }),
  ),
  machineCase(
    "PASSWORD-FORBIDDEN",
    "InvalidParameter",
    os({ adminPassword: "P@ssword123" }),
    os({ adminPassword: "P@ssword1234" }),
  ),
  machineCase(
    "WIN-LINUXCONFIG",
    undefined,
    os({ linuxConfiguration: { disablePasswordAuthentication: false } }),
    {},
  ),
  machineCase(
    "WIN-PATCHMODE",
    "InvalidParameter",
    windows({ patchSettings: { patchMode: "Manual" } }),
    windows({ enableAutomaticUpdates: false, patchSettings: { patchMode: "Manual" } }),
  ),
  machineCase(
    "WIN-AGENT",
    "InvalidParameter",
    windows({ provisionVMAgent: false }),
    os({ allowExtensionOperations: false, windowsConfiguration: { provisionVMAgent: false } }),
  ),
  machineCase(
    "CUSTOMDATA",
    "InvalidParameter",
    os({ customData: "no base64!" }),
    os({ customData: "YQ==" }),
  ),
];

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

const machineAndNicCases: RuleCase[] = [
  machineCase("VM-NAME", "InvalidParameter", { vmName: "-vm" }, { vmName: "vm-1" }),
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
function changeCase(rule: string, code: string, illegal: Properties, legal: Properties): RuleCase {
  const change =
    (properties: Properties): RuleCase["legal"] =>
    async (stage, lab) => {
      const { machine, nic } = await makeMachine(stage, lab, "ada");
      try {
        await stage.update(machine, merge(machine.inputs, properties));
      } finally {
        await stage.remove(machine);
        await stage.remove(nic);
      }
    };
  return { rule, code, illegal: change(illegal), legal: change(legal) };
}

const changeCases: RuleCase[] = [
  changeCase(
    "VM-UNCHANGEABLE",
    "PropertyChangeNotAllowed",
    os({ adminPassword: "Other-password-1" }),
    { hardwareProfile: { vmSize: "Standard_D2s_v5" } },
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
  changeCase(
    "VM-OSDISK-SIZE",
    "Conflict",
    image({ osDisk: { diskSizeGB: 256 } }),
    image({ osDisk: { caching: "ReadOnly" } }),
  ),
];

function commandCase(rule: string, code: string, illegal: Properties, legal: Properties): RuleCase {
  const make =
    (name: string, properties: Properties): RuleCase["legal"] =>
    (stage) =>
      stage.create(tokens.runCommand, name, {
        resourceGroupName,
        vmName: "ada",
        source: { script: "1" },
        ...properties,
      });
  return {
    rule,
    code,
    prepare: async (stage, lab) => (await makeMachine(stage, lab, "ada")).machine.outputs,
    illegal: make("illegal", illegal),
    legal: make("legal", legal),
  };
}

const runCommandCases: RuleCase[] = [
  commandCase("RUNCMD-ONE-SOURCE", "InvalidParameter", { source: null }, {}),
  commandCase(
    "RUNCMD-SCRIPT-ONLY",
    "RunCommandSourceNotServed",
    { source: { commandId: "IPConfig" } },
    {},
  ),
  commandCase(
    "RUNCMD-LOCATION",
    "InvalidResourceLocation",
    { location: "westus" },
    { location: "East US" },
  ),
  commandCase(
    "RUNCMD-RUNAS",
    "InvalidParameter",
    { runAsPassword: "x" },
    { runAsPassword: "x", runAsUser: "labuser" },
  ),
  commandCase(
    "RUNCMD-TIMEOUT",
    "InvalidParameter",
    { timeoutInSeconds: -1 },
    { timeoutInSeconds: 60 },
  ),
  {
    rule: "RUNCMD-AGENT",
    code: "OperationNotAllowed",
    prepare: async (stage, lab) => {
      const { machine } = await makeMachine(stage, lab, "bare", {
        machine: merge(
          os(machineInputs("bare", "").osProfile as Properties),
          os({
            allowExtensionOperations: false,
            windowsConfiguration: { provisionVMAgent: false },
          }),
        ),
      });
      await makeMachine(stage, lab, "ada");
      return machine.outputs;
    },
    illegal: (stage) =>
      stage.create(tokens.runCommand, "c", {
        resourceGroupName,
        vmName: "bare",
        source: { script: "1" },
      }),
    legal: (stage) =>
      stage.create(tokens.runCommand, "c", {
        resourceGroupName,
        vmName: "ada",
        source: { script: "1" },
      }),
  },
];

function scheduleCase(
  rule: string,
  code: string,
  illegal: (machine: string) => Properties,
  legal: (machine: string) => Properties = () => ({}),
): RuleCase {
  const make =
    (change: (machine: string) => Properties): RuleCase["legal"] =>
    (stage, _lab, { id }) =>
      stage.create(tokens.schedule, "s", {
        resourceGroupName,
        name: "shutdown-computevm-ada",
        taskType: "ComputeVmShutdownTask",
        targetResourceId: id,
        dailyRecurrence: { time: "1900" },
        ...change(String(id)),
      });
  return {
    rule,
    code,
    prepare: async (stage, lab) => ({ id: (await makeMachine(stage, lab, "ada")).machine.id }),
    illegal: make(illegal),
    legal: make(legal),
  };
}

const scheduleCases: RuleCase[] = [
  scheduleCase("SCHEDULE-NAME", "InvalidScheduleId", () => ({ name: "shutdown-ada" })),
  scheduleCase(
    "SCHEDULE-TIME",
    "InvalidScheduleTime",
    () => ({ dailyRecurrence: { time: "2460" } }),
    () => ({ dailyRecurrence: { time: "19:00" } }),
  ),
  scheduleCase("SCHEDULE-TARGET", "InvalidResourceReference", (machine) => ({
    name: "shutdown-computevm-adax",
    targetResourceId: `${machine}x`,
  })),
];

const zone = { resourceGroupName, privateZoneName: "lab.internal" };

function dnsCase(
  rule: string,
  code: string,
  token: string,
  illegal: Properties,
  legal: Properties,
): RuleCase {
  const make =
    (properties: Properties): RuleCase["legal"] =>
    (stage, lab) =>
      stage.create(token, "d", {
        ...zone,
        ...(token === tokens.link
          ? { location: "global", virtualNetwork: { id: lab.network.id } }
          : {}),
        ...(token === tokens.record ? { relativeRecordSetName: "d", ttl: 60 } : {}),
        ...(token === tokens.zone ? { location: "global" } : {}),
        ...properties,
      });
  return {
    rule,
    code,
    prepare: async (stage) =>
      (await stage.create(tokens.zone, "zone", { ...zone, location: "Global" })).outputs,
    illegal: make(illegal),
    legal: make(legal),
  };
}

const address = { recordType: "A", aRecords: [{ ipv4Address: "10.1.0.4" }] };

export const dnsCases: RuleCase[] = [
  dnsCase(
    "DNS-GLOBAL",
    "LocationNotAvailableForResourceType",
    tokens.zone,
    { privateZoneName: "a.b", location: "eastus" },
    { privateZoneName: "a.b" },
  ),
  dnsCase(
    "DNS-ZONE-NAME",
    "BadRequest",
    tokens.zone,
    { privateZoneName: "internal" },
    { privateZoneName: "a.b" },
  ),
  {
    ...dnsCase("DNS-LINK-NETWORK", "InvalidResourceReference", tokens.link, {}, {}),
    illegal: (stage, lab) =>
      stage.create(tokens.link, "l", {
        ...zone,
        location: "global",
        virtualNetwork: { id: `${lab.network.id}x` },
      }),
  },
  {
    ...dnsCase("DNS-LINK-ONCE", "Conflict", tokens.link, {}, {}),
    illegal: async (stage, lab) => {
      const link = {
        ...zone,
        location: "global",
        virtualNetwork: { id: lab.network.id },
      };
      const made = await stage.create(tokens.link, "one", link);
      try {
        await stage.create(tokens.link, "two", link);
      } finally {
        await stage.remove(made);
      }
    },
  },
  dnsCase(
    "DNS-RECORD-NAME",
    "BadRequest",
    tokens.record,
    { ...address, relativeRecordSetName: "a b" },
    address,
  ),
  dnsCase(
    "DNS-RECORD-TYPE",
    "InvalidRecordType",
    tokens.record,
    { recordType: "LOC" },
    { recordType: "aaaa" },
  ),
  dnsCase(
    "DNS-RECORD-ADDRESS",
    "BadRequest",
    tokens.record,
    { recordType: "AAAA", aaaaRecords: [{ ipv6Address: "10.1.0.4" }] },
    { recordType: "AAAA", aaaaRecords: [{ ipv6Address: "fd00::4" }] },
  ),
  dnsCase("DNS-TTL", "BadRequest", tokens.record, { ...address, ttl: 0 }, address),
];

export const machineCases: RuleCase[] = [
  ...operatingSystemCases,
  ...machineAndNicCases,
  ...changeCases,
  ...runCommandCases,
  ...scheduleCases,
];
