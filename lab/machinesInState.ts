import type { JumpHost, PeerConnection } from "../components/peerMachine";
import { codePoints } from "../components/plan/identity";
import { readConfiguration } from "../components/plan/configuration";
import type { TestPeerMachineRequest } from "../guest/contract";
import { nameOf } from "./engineText";
import type { Stack, StateResource } from "./stack";

/** A machine of the stack, as its last update left it. */
export interface MachineInState {
  /** Its key in the lab. */
  machine: string;
  /** How it is reached now, and what is wanted of it; absent where its last update did not come to its end. */
  ask?: { connection: PeerConnection; request: TestPeerMachineRequest };
  /** ARM id of its VM, where it is one of this stack. */
  virtualMachineId?: string;
  /** Its private IPv6 address, where its component is one of this stack. */
  privateIpv6?: string;
}

/**
 * The machines of a stack, in the order of their keys: each that the desired-state step is for, and each `WindowsPeer` whose
 * step was never reached.
 */
export async function readMachines(
  stack: Stack,
  environment: NodeJS.ProcessEnv = stack.environment,
): Promise<MachineInState[]> {
  const resources = await stack.resources();
  const jumpHost = await jumpHostNow(stack, resources, environment);
  const machines = resources.filter(isMachineStep).map((step): MachineInState => {
    const request = JSON.parse(String(step.inputs?.stdin)) as TestPeerMachineRequest;
    const parts = partsOf(resources, request.instance);
    return {
      machine: keyOf(step, "."),
      virtualMachineId: parts.virtualMachine?.id,
      privateIpv6: textOf(parts.component?.outputs?.privateIpv6),
      ask: isFinished(step, resources) ? askNow(step, request, parts, jumpHost) : undefined,
    };
  });
  const known = new Set(machines.map(({ machine }) => machine));
  const others = resources
    .filter(({ type }) => type === peerType)
    .map((component): MachineInState => ({
      machine: keyOf(component, "-"),
      virtualMachineId: resources.find(
        ({ type, parent }) => type === virtualMachineType && parent === component.urn,
      )?.id,
    }))
    .filter(({ machine }) => !known.has(machine));
  if (machines.length + others.length === 0) {
    throw new Error(
      `The stack ${stack.name} has no machines; pulumi up --stack ${stack.name} makes those of its lab.`,
    );
  }
  return [...machines, ...others].sort((one, other) => codePoints(one.machine, other.machine));
}

/** Whether a stack has machines, finished or not, for {@link readMachines}. */
export function hasMachines(resources: readonly StateResource[]): boolean {
  return resources.some((one) => isMachineStep(one) || one.type === peerType);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

const peerType = "peerlab:index:WindowsPeer";
const virtualMachineType = "azure-native:compute:VirtualMachine";

function isMachineStep({ type, inputs }: StateResource): boolean {
  return type === "command:remote:Command" && / Set-PeerMachine$/.test(String(inputs?.create));
}

/** Of the machine `ada-1`, the step of the identity `lab-ada` is called `lab-ada.ada-1`, the component of the lab `lab-ada-1`. */
function keyOf({ urn, parent = "" }: StateResource, separator: string): string {
  const [name, prefix] = [nameOf(urn), `${nameOf(parent)}${separator}`];
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/**
 * Whether the step ran for what is wanted now: its trigger is the id of the stash of the same name, which the engine replaces
 * before the step.
 */
function isFinished({ urn, parent, inputs }: StateResource, resources: StateResource[]): boolean {
  const attempt = resources.find(
    ({ type, urn: other, parent: same }) =>
      type === "pulumi:index:Stash" && same === parent && nameOf(other) === nameOf(urn),
  );
  const triggers = inputs?.triggers as unknown[] | undefined;
  return attempt !== undefined && triggers?.[0] === attempt.id;
}

/** What the state holds of the same instance of a machine; nothing but the step where the machine is one of the user's own. */
interface Parts {
  virtualMachine?: StateResource;
  component?: StateResource;
  password?: string;
  hostKey?: string;
}

function partsOf(resources: StateResource[], instance: string): Parts {
  const virtualMachine = resources.find(
    ({ type, outputs }) => type === virtualMachineType && outputs?.vmId === instance,
  );
  const applied = (resource: StateResource) =>
    resource.inputs?.input as { instance?: string; password?: string } | undefined;
  const labUser = resources.find(
    (resource) =>
      resource.type === "pulumi:index:Stash" &&
      resource.urn.endsWith("-lab-user") &&
      applied(resource)?.instance === instance,
  );
  if (!labUser) return { virtualMachine };
  const hostKey = resources.find(
    ({ parent, urn }) => parent === labUser.parent && urn.endsWith("-host-key"),
  )?.outputs?.output;
  return {
    virtualMachine,
    component: resources.find(({ urn }) => urn === labUser.parent),
    password: applied(labUser)?.password,
    hostKey: typeof hostKey === "string" ? hostKey : undefined,
  };
}

/** A connection as the command provider takes it. */
interface RecordedConnection extends Omit<PeerConnection, "jumpHost"> {
  proxy?: JumpHost;
}

/**
 * The step's connection and request are those of when it last ran, which another jump host, address or password since then
 * does not change; the machine's component knows them as of the last update, its stash the password.
 */
function askNow(
  step: StateResource,
  request: TestPeerMachineRequest,
  { component, password, hostKey }: Parts,
  configured: JumpHost | undefined,
): MachineInState["ask"] {
  const { host, port, user, proxy, ...recorded } = step.inputs
    ?.connection as unknown as RecordedConnection;
  const now = component?.outputs as
    { machine?: { connection?: PeerConnection }; privateIpv4?: string } | undefined;
  const last = now?.machine?.connection ?? { host, port, user, ...recorded, jumpHost: proxy };
  const jumpHost = configured ?? last.jumpHost;
  const known = password ?? last.password;
  return {
    connection: {
      // Through a jump host a machine goes by its private address.
      host: (jumpHost && now?.privateIpv4) || last.host,
      port: last.port,
      user: last.user,
      password: known,
      hostKey: hostKey ?? last.hostKey,
      jumpHost,
    },
    request: { ...request, userPassword: known },
  };
}

/** The jump host that the program would use: the stack's configuration has it, or the environment. */
async function jumpHostNow(
  stack: Stack,
  [first]: StateResource[],
  environment: NodeJS.ProcessEnv,
): Promise<JumpHost | undefined> {
  // urn:pulumi:STACK::PROJECT::...
  const project = first?.urn.split("::")[1] ?? "";
  const { definition } = readConfiguration(project, await stack.settings(), environment);
  return definition.jumpHost as JumpHost | undefined;
}
