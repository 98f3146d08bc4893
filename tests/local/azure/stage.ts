import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { AzureServer } from "../../../local/azure";
import { serveAzure } from "../../../local/azure";
import type {
  Fault,
  Faults,
  MachineSpecification,
  RunCommandRequest,
  RunCommandResult,
  WindowsMachines,
} from "../../../local/interfaces";
import type { Journal } from "../../../local/journal";
import { openJournal } from "../../../local/journal";
import type { Properties } from "../../../local/provider";
import type { ProviderClient } from "../provider/client";
import { connectProvider } from "../provider/client";

/** Windows machines that do nothing, and remember what they were asked for. */
export interface RecordingWindows extends WindowsMachines {
  created: MachineSpecification[];
  deleted: string[];
  powers: [vmId: string, power: string][];
  commands: (RunCommandRequest & { vmId: string })[];
  /** Stands in for the script; by default it succeeds and prints `ok`. */
  answer(request: RunCommandRequest): Promise<Partial<RunCommandResult>>;
  /** Stands in for the installation; by default it succeeds. */
  install(specification: MachineSpecification): Promise<void>;
}

export function recordingWindows(): RecordingWindows {
  const windows: RecordingWindows = {
    created: [],
    deleted: [],
    powers: [],
    commands: [],
    answer: async () => ({}),
    install: async () => undefined,
    async create(specification) {
      windows.created.push(specification);
      await windows.install(specification);
    },
    async delete(vmId) {
      windows.deleted.push(vmId);
    },
    async setPower(vmId, power) {
      windows.powers.push([vmId, power]);
    },
    async runCommand(vmId, request) {
      windows.commands.push({ ...request, vmId });
      return {
        executionState: "Succeeded",
        executionMessage: "",
        exitCode: 0,
        output: "ok",
        error: "",
        startTime: "2026-01-01T00:00:00Z",
        endTime: "2026-01-01T00:00:01Z",
        ...(await windows.answer(request)),
      };
    },
  };
  return windows;
}

export function listedFaults(): Faults {
  let faults: Fault[] = [];
  return {
    add: (fault) => void faults.push({ ...fault }),
    clear: () => void (faults = []),
    take(kind, subject, operation) {
      const found = faults.find(
        (fault) =>
          fault.kind === kind &&
          subject.includes(fault.match ?? "") &&
          (fault.operation ?? operation) === operation,
      );
      if (found?.times !== undefined && --found.times === 0) {
        faults = faults.filter((fault) => fault !== found);
      }
      return found;
    },
  };
}

export interface Stage {
  directory: string;
  server: AzureServer;
  client: ProviderClient;
  windows: RecordingWindows;
  journal: Journal;
  faults: Faults;
  /** Check, then create, as the engine does; fails on a check failure. */
  create(token: string, name: string, inputs: Properties): Promise<Made>;
  /** Check, then update against the inputs that `made` has. */
  update(made: Made, inputs: Properties): Promise<Made>;
  remove(made: Made): Promise<void>;
  /** Ends the server and serves the same directory again. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface Made {
  token: string;
  name: string;
  id: string;
  inputs: Properties;
  outputs: Properties;
}

export async function openStage(): Promise<Stage> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "azure-"));
  const journal = openJournal(directory);
  const windows = recordingWindows();
  const faults = listedFaults();
  const options = { directory, journal, windows, faults };
  let server = await serveAzure(options);
  let client = connectProvider(server.port);
  const checked = async (token: string, name: string, given: Properties, old?: Properties) => {
    const { inputs, failures } = await client.check(token, name, given, old);
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("; "));
    return inputs;
  };
  const stage: Stage = {
    directory,
    journal,
    windows,
    faults,
    get server() {
      return server;
    },
    get client() {
      return client;
    },
    async create(token, name, given) {
      const inputs = await checked(token, name, given);
      return { token, name, inputs, ...(await client.create(token, name, inputs)) };
    },
    async update(made, given) {
      const { token, name, id } = made;
      const inputs = await checked(token, name, given, made.inputs);
      const { outputs } = await client.update(token, name, id, made.inputs, inputs);
      return { ...made, inputs, outputs };
    },
    remove: ({ token, name, id, inputs }) => client.delete(token, name, id, inputs),
    async restart() {
      client.close();
      await server.close();
      server = await serveAzure(options);
      client = connectProvider(server.port);
    },
    async close() {
      client.close();
      await server.close();
      fs.rmSync(directory, { recursive: true, force: true });
    },
  };
  return stage;
}

export const tokens = {
  group: "azure-native:resources:ResourceGroup",
  network: "azure-native:network:VirtualNetwork",
  subnet: "azure-native:network:Subnet",
  securityGroup: "azure-native:network:NetworkSecurityGroup",
  securityRule: "azure-native:network:SecurityRule",
  publicAddress: "azure-native:network:PublicIPAddress",
  nic: "azure-native:network:NetworkInterface",
  natGateway: "azure-native:network:NatGateway",
  machine: "azure-native:compute:VirtualMachine",
  runCommand: "azure-native:compute:VirtualMachineRunCommandByVirtualMachine",
  schedule: "azure-native:devtestlab:GlobalSchedule",
  zone: "azure-native:privatedns:PrivateZone",
  link: "azure-native:privatedns:VirtualNetworkLink",
  record: "azure-native:privatedns:PrivateRecordSet",
} as const;

/** A password that follows Azure's rules, new for each run. */
export const password = `Aa1-${crypto.randomBytes(12).toString("hex")}`;

export const resourceGroupName = "lab";

export function networkInputs(extra: Properties = {}): Properties {
  return {
    resourceGroupName,
    virtualNetworkName: "net",
    addressSpace: { addressPrefixes: ["10.1.0.0/16", "fd12:3456::/48"] },
    ...extra,
  };
}

export function subnetInputs(extra: Properties = {}): Properties {
  return {
    resourceGroupName,
    virtualNetworkName: "net",
    subnetName: "peers",
    addressPrefixes: ["10.1.0.0/24", "fd12:3456::/64"],
    ...extra,
  };
}

export function publicAddressInputs(name: string, extra: Properties = {}): Properties {
  return {
    resourceGroupName,
    publicIpAddressName: name,
    sku: { name: "Standard" },
    publicIPAllocationMethod: "Static",
    ...extra,
  };
}

export function nicInputs(name: string, subnetId: string, extra: Properties = {}): Properties {
  return {
    resourceGroupName,
    networkInterfaceName: name,
    ipConfigurations: [
      { name: "ipv4", primary: true, subnet: { id: subnetId } },
      { name: "ipv6", privateIPAddressVersion: "IPv6", subnet: { id: subnetId } },
    ],
    ...extra,
  };
}

export function machineInputs(name: string, nicId: string, extra: Properties = {}): Properties {
  return {
    resourceGroupName,
    vmName: name,
    hardwareProfile: { vmSize: "Standard_B2s" },
    networkProfile: { networkInterfaces: [{ id: nicId, primary: true }] },
    storageProfile: {
      imageReference: {
        publisher: "MicrosoftWindowsDesktop",
        offer: "windows-11",
        sku: "win11-24h2-ent",
        version: "latest",
      },
      osDisk: { createOption: "FromImage", deleteOption: "Delete" },
    },
    osProfile: {
      computerName: name,
      adminUsername: "labuser",
      adminPassword: password,
      windowsConfiguration: { provisionVMAgent: true },
    },
    ...extra,
  };
}

export interface Lab {
  group: Made;
  network: Made;
  subnet: Made;
}

/** A resource group, a dual-stack network and a subnet. */
export async function makeLab(stage: Stage): Promise<Lab> {
  const group = await stage.create(tokens.group, "lab", { resourceGroupName, location: "eastus" });
  const network = await stage.create(tokens.network, "net", networkInputs());
  const subnet = await stage.create(tokens.subnet, "peers", subnetInputs());
  return { group, network, subnet };
}

/** A machine with its NIC in the lab's subnet. */
export async function makeMachine(
  stage: Stage,
  lab: Lab,
  name: string,
  options: { nic?: Properties; machine?: Properties } = {},
): Promise<{ nic: Made; machine: Made }> {
  const nic = await stage.create(
    tokens.nic,
    `${name}-nic`,
    nicInputs(`${name}-nic`, lab.subnet.id, options.nic),
  );
  const machine = await stage.create(
    tokens.machine,
    name,
    machineInputs(name, nic.id, options.machine),
  );
  return { nic, machine };
}
