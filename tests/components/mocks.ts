import * as crypto from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/* eslint-disable @typescript-eslint/no-explicit-any -- what Pulumi's mocks hand over has no type. */

/** A resource as a component declared it. */
export interface Declared {
  type: string;
  name: string;
  inputs: Record<string, any>;
  /** `urn::id` of the provider that was asked for; empty for the default one. */
  provider: string;
  protect: boolean;
  /** URN; empty for what has no parent. */
  parent: string;
  /** URNs of what has to be there before. */
  dependencies: string[];
  /** Properties whose change replaces it. */
  replaceOnChanges: string[];
  /** The value by whose change it is replaced. */
  replacementTrigger: unknown;
  /** Other types by which it may stand in the state; nothing else is given as an alias in the tests. */
  aliasTypes: string[];
}

export const hostKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMockedKeyOfAMachineThatDoesNotExist00000000000";
export const peerName = `${"0123456789abcdef".repeat(2)}01234567.PeerLab`;

/** The peer name of the identity that a machine makes for itself alone. */
export function ownPeerName(instance: string): string {
  return `${crypto.createHash("sha1").update(instance).digest("hex")}.PeerLab`;
}
export const groupName = `${"fedcba9876543210".repeat(2)}fedcba98.PeerLab`;
export const memberUntil = "2036-11-20T00:00:00Z";

/** A function as a component called it. */
export interface LookUp {
  token: string;
  /** `urn::id` of the provider that was asked; empty for the default one. */
  provider: string;
}

/**
 * Starts an empty Pulumi engine that answers as Azure and a healthy machine would; returns what is declared from then on.
 * What is looked up is added to `lookUps`. `overrides` are by function and by type of resource.
 */
export async function mockEngine(
  overrides: Record<string, object> = {},
  lookUps: LookUp[] = [],
): Promise<Declared[]> {
  const declared: Declared[] = [];
  const mocks: pulumi.runtime.Mocks = {
    newResource({ type, name, inputs: wrapped, provider = "" }) {
      const inputs = unwrapped(wrapped) as Record<string, any>;
      declared.push({ type, name, inputs, provider, ...options.get(`${type} ${name}`)! });
      const state = { ...inputs, ...outputsOf(type, name, inputs), ...overrides[type] };
      return { id: `${name}-id`, state };
    },
    call({ token, inputs, provider = "" }) {
      lookUps.push({ token, provider });
      return { ...answerOf(token, inputs), ...overrides[token] };
    },
  };
  await pulumi.runtime.setMocks(mocks, "project", "stack", false);
  const options = noteOptions(pulumi.runtime.getMonitor());
  return declared;
}

type Options = Pick<
  Declared,
  "protect" | "parent" | "dependencies" | "replaceOnChanges" | "replacementTrigger" | "aliasTypes"
>;

/** Notes the options of resources that Pulumi's own double of the engine does not hand over; by type and name. */
function noteOptions(monitor: any): Map<string, Options> {
  const options = new Map<string, Options>();
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request: any, callback: any) => {
    options.set(`${request.getType()} ${request.getName()}`, {
      protect: request.getProtect() ?? false,
      parent: request.getParent(),
      dependencies: request.getDependenciesList(),
      replaceOnChanges: request.getReplaceonchangesList(),
      replacementTrigger: request.getReplacementTrigger()?.toJavaScript(),
      aliasTypes: request
        .getAliasesList()
        .map((alias: any) => alias.getSpec()?.getType() ?? typeOf(alias.getUrn())),
    });
    return register(request, callback);
  };
  return options;
}

/** The type of a resource, by its URN. */
function typeOf(urn: string): string {
  return urn.split("::")[2].split("$").at(-1) ?? "";
}

/** Waits until everything that the program declares is declared and everything that it asks for is answered. */
export function finished(): Promise<void> {
  return pulumi.runtime.disconnect();
}

const signature = "4dabf18193072939515e22adb298388d";

/** Secrets arrive at the mocks as objects with a signature. */
export function unwrapped(value: any): unknown {
  if (Array.isArray(value)) return value.map(unwrapped);
  if (value === null || typeof value !== "object" || pulumi.asset.Archive.isInstance(value))
    return value;
  if (signature in value && "value" in value) return unwrapped(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, unwrapped(entry)]));
}

/** The message of the error that an output ends with; empty where it ends with a value. */
export async function failure(output: pulumi.Output<unknown>): Promise<string> {
  const { promise } = output as unknown as { promise(): Promise<unknown> };
  return promise.call(output).then(
    () => "",
    (error: Error) => error.message,
  );
}

/** What is declared once all pending work of a program is done. */
export async function settled(output: pulumi.Output<unknown>): Promise<unknown> {
  return new Promise((resolve) => output.apply(resolve));
}

/** Types of what was declared, with how often: the shape of a component. */
export function counts(declared: Declared[]): Record<string, number> {
  const result: Record<string, number> = {};
  for (const { type } of declared) result[type] = (result[type] ?? 0) + 1;
  return result;
}

/** What a resource of that type answers beside its inputs. */
export function outputsOf(type: string, name: string, inputs: Record<string, any>): object {
  switch (type) {
    case "pulumi:index:Stash":
      return { output: inputs.input };
    case "command:remote:Command":
      return { stdout: inputs.create ? stdoutOf(inputs) : "" };
    case "azure-native:compute:VirtualMachine":
      return { name, location: inputs.location ?? "westeurope", vmId: `instance-of-${name}` };
    default:
      return { name, location: inputs.location ?? "westeurope" };
  }
}

function stdoutOf({ create, stdin }: Record<string, any>): string {
  const action = String(create).split(" ").pop();
  const request = JSON.parse(stdin);
  const facts = {
    contract: 1,
    action,
    computerName: "PC",
    instance: request.instance,
    osBuild: "10.0.26100.1",
  };
  const identity = { peerName, friendlyName: "", usable: true, openedIn: "session" };
  const own = ownPeerName(request.instance);
  const groupOf = (group: string, member: string) => ({
    group,
    friendlyName: "",
    identity: member,
    creator: own,
    connection: "listening",
    members: [{ peerName: member, role: "administrator", expires: memberUntil, present: true }],
  });
  const answers: Record<string, object> = {
    "Export-PeerIdentity": { ...facts, peerName, created: true, exportedIdentity: "RVhQT1JU" },
    "Import-PeerIdentity": { ...facts, imported: true, identity },
    "New-PeerIdentity": {
      ...facts,
      peerName: own,
      created: true,
      credential: `credential of ${request.instance}`,
    },
    "New-PeerGroup": { ...facts, created: true, group: groupOf(groupName, own) },
    "New-PeerGroupInvitation": {
      ...facts,
      invitations: request.invitees?.map(({ credential }: { credential: string }) => ({
        peerName: ownPeerName(credential.replace("credential of ", "")),
        invitation: `invitation for ${credential}`,
        expires: memberUntil,
      })),
    },
    "Set-PeerMachine": {
      ...facts,
      changed: [],
      pending: [],
      identities: (request.identities?.wanted ?? [identity]).map((wanted: object) => ({
        ...identity,
        ...wanted,
      })),
      groups: request.groups?.wanted.map(({ group, identity: member }: Record<string, string>) =>
        groupOf(group, member),
      ),
    },
    "Test-PeerCapability": facts,
    "Set-PeerPresence": {
      ...facts,
      changed: [],
      presence: {
        holder: "running",
        runsAs: "task",
        names: (request.presence?.names ?? []).map((name: object) => ({
          ...name,
          state: "registered",
        })),
        groups: [],
        clouds: [],
      },
    },
    "Start-PeerListener": { ...facts, ports: (request.ports ?? []).map(openedListener) },
    "Test-PeerReachability": { ...facts, ...proofAnswer(request) },
  };
  return `${JSON.stringify(answers[action ?? ""])}\r`;
}

function openedListener(port: number): object {
  return { port, listener: "opened", firewall: { action: "allow", rule: `PeerLab-${port}` } };
}

/** A machine that reaches and resolves everything, and holds nothing itself. */
function proofAnswer({ targets = [], names = [] }: Record<string, any>): object {
  return {
    ports: targets.flatMap(({ name, address, ports }: any) =>
      ports.map((port: number) => ({ name, address, port, verdict: "reachable" })),
    ),
    names: names.map(({ peerName: wanted, holders }: any) => ({
      peerName: wanted,
      verdict: "resolved",
      endpoints: holders.map((holder: string) => `[${holder}]:5001`),
    })),
    clouds: [{ name: "Global_", scope: "global", state: "active" }],
    presence: { holder: "absent", names: [], groups: [], clouds: [] },
    clockOffsetSeconds: 0,
  };
}

/** What a function answers. */
export function answerOf(token: string, inputs: Record<string, any>): object {
  switch (token) {
    case "azure-native:compute:getVirtualMachine":
      return { vmId: `instance-of-${inputs.vmName}` };
    case "azure-native:network:getNetworkInterface":
      return {
        ipConfigurations: [
          { name: "ipv4", privateIPAddress: "10.80.0.4" },
          { name: "ipv6", privateIPAddress: "fd5a:9c2e:71b0::4" },
        ],
      };
    case "azure-native:network:getPublicIPAddress":
      return {
        ipAddress: String(inputs.publicIpAddressName).endsWith("ipv6")
          ? "2001:db8::4"
          : "198.51.100.4",
      };
    case "azure-native:compute:getVirtualMachineRunCommandByVirtualMachine":
      return {
        instanceView: {
          output: `made the folder\r\n${JSON.stringify({ contract: 1, hostKey })}\r\n`,
        },
      };
    case "azure-native:network:getSubnet":
      return {
        id: "/theirs/virtualNetworks/net/subnets/peers",
        addressPrefixes: ["10.9.0.0/24", "fd00:9::/64"],
      };
    case "azure-native:resources:getResourceGroup":
      return { name: inputs.resourceGroupName, location: "northeurope" };
    default:
      return { id: `/theirs/${token}`, name: "theirs" };
  }
}
