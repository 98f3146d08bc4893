import type { PeerConnection } from "../components/peerMachine";
import { rdpPort, sshPort } from "../components/plan/peerPorts";
import { listeningSeconds, type ProofDefinition } from "../components/plan/proof";
import { offReason } from "../components/plan/proofNotTested";
import { presentNameProofs, targetsOf } from "../components/plan/proofPairs";
import {
  judgeProof,
  type Guard,
  type ProofReport,
  type ProvedMachine,
} from "../components/plan/proofVerdict";
import { readConfiguration } from "../components/plan/configuration";
import type {
  GuestAction,
  StartPeerListenerReport,
  TestPeerMachineReport,
  TestPeerMachineRequest,
  TestPeerReachabilityReport,
} from "../guest/contract";
import { askGuest, type GuestAnswer } from "./askGuest";
import { describe, type Checked } from "./checkMachines";
import { judgePacket } from "./checkNetwork";
import { fewAtATime } from "./fewAtATime";
import { readMachines, type MachineInState } from "./machinesInState";
import { machinesInNetwork } from "./networkInState";
import type { SecurityGroupsInAzure } from "./securityGroupsInAzure";
import type { Stack } from "./stack";

export interface ProofOptions {
  stack: Stack;
  /** What the check found of machines before: those that are off or did not answer take no part. */
  checked: readonly Checked[];
  /** Security groups as Azure has them now. */
  groups?: SecurityGroupsInAzure;
  /** Told what takes long. */
  report?: (message: string) => void;
}

/** What a machine is to be in the proof, and how it is asked. */
interface Prover {
  proved: ProvedMachine;
  ports: number[];
  ask?: <Report>(
    action: GuestAction,
    request: object,
    seconds: number,
  ) => Promise<GuestAnswer<Report>>;
}

/** How long what fails is tried again, in seconds, where the lab does not say: nothing has just been started. */
const settledSeconds = 20;

const atATime = 10;
const sourcePort = 50_000;

/**
 * Lets the machines of a stack prove each other now, without a deployment: what `PeerProof` does in an update, from the requests
 * that the stack's state holds. Machines that were checked test; of the others those that they test listen. Nothing is changed on
 * a machine but the listeners, which end with the proof.
 */
export async function checkProof({
  stack,
  checked,
  groups,
  report = () => {},
}: ProofOptions): Promise<Record<string, ProofReport>> {
  const [machines, resources] = [await readMachines(stack), await stack.resources()];
  const { sample, settleSeconds = settledSeconds } = await settingsOf(stack);
  const found = new Map(checked.map((one) => [one.machine, one]));
  const provers = new Map<string, Prover>();
  await fewAtATime(machines, atATime, async (machine) => {
    provers.set(machine.machine, await proverOf(machine, found.get(machine.machine)));
  });
  const keys = machines.map(({ machine }) => machine);
  const targets = targetsOf(keys, sample);
  const names = presentNameProofs(
    Object.fromEntries(keys.map((key) => [key, of(key).names])),
    (key) => of(key).leftOut === undefined,
  );
  const testers = keys.filter((key) => found.has(key) && provers.get(key)!.ask !== undefined);
  const listening = keys.filter(
    (key) => isTarget(provers.get(key)!) && testers.some((tester) => targets[tester].includes(key)),
  );
  const busy = testers.length === 1 ? "one machine tests" : `${testers.length} machines test`;
  if (testers.length > 0) report(`${busy} the others, which listen meanwhile ...`);
  try {
    await fewAtATime(listening, atATime, (key) => listen(key));
    await fewAtATime(testers, atATime, (key) => test(key));
  } finally {
    await fewAtATime(listening, atATime, (key) =>
      provers.get(key)!.ask!("Stop-PeerListener", {}, 60),
    );
  }
  const all = keys.map((key) => of(key));
  const reports = judgeProof(all, {
    targets,
    names,
    guard: guardIn(machinesInNetwork(resources, groups)),
  });
  return Object.fromEntries(keys.filter((key) => found.has(key)).map((key) => [key, reports[key]]));

  function of(key: string): ProvedMachine {
    return provers.get(key)!.proved;
  }
  async function listen(key: string): Promise<void> {
    const { proved, ports, ask } = provers.get(key)!;
    const seconds = listeningSeconds(keys.length, settleSeconds);
    const request = { ports, seconds };
    const answer = await ask!<StartPeerListenerReport>("Start-PeerListener", request, 120);
    if ("report" in answer) proved.listener = answer.report;
    else proved.listenerFailed = reasonOf(answer);
  }
  async function test(key: string): Promise<void> {
    const { proved, ask } = provers.get(key)!;
    const resolved = names.filter(({ resolvers }) => resolvers.includes(key));
    const request = {
      targets: targets[key]
        .map((target) => provers.get(target)!)
        .filter(isTarget)
        .map(({ proved: { machine, address }, ports }) => ({ name: machine, address, ports })),
      names: resolved.map(({ peerName, holders }) => ({
        peerName,
        holders: holders.map((holder) => of(holder).address).filter((address) => address !== ""),
      })),
      settleSeconds,
      now: new Date().toISOString(),
    };
    const seconds = settleSeconds + 30 * resolved.length + 180;
    const answer = await ask!<TestPeerReachabilityReport>(
      "Test-PeerReachability",
      request,
      seconds,
    );
    if ("report" in answer) proved.test = answer.report;
    else proved.testFailed = reasonOf(answer);
  }
}

function isTarget({ proved, ports, ask }: Prover): boolean {
  return ask !== undefined && proved.address !== "" && ports.length > 0;
}

/** The lab's own settings of its proof, where the stack's program is one that reads them. */
async function settingsOf(stack: Stack): Promise<ProofDefinition> {
  const { definition } = readConfiguration(stack.project, await stack.settings());
  return definition.proof ?? {};
}

/**
 * What a machine is to be. One that takes no part keeps its names, so that nobody else tests something new for it. Before it
 * answered, a machine that was not checked is not known to be off.
 */
export async function proverOf(
  { machine, ask: known, privateIpv6 }: MachineInState,
  checked: Checked | undefined,
): Promise<Prover> {
  const { networking, presence } = known?.request ?? {};
  const wanted = {
    machine,
    names: (presence?.names ?? []).map(({ peerName }) => peerName),
    groups: (presence?.groups ?? []).map(({ group }) => group),
    seed: networking?.seed,
  };
  const leftOut = leftOutOf(checked);
  if (!known || leftOut !== undefined) {
    const reason = leftOut ?? "its last update did not come to its end";
    return { proved: { ...wanted, address: "", leftOut: reason }, ports: [] };
  }
  const { connection, request } = known;
  const address = privateIpv6 ?? (await ownAddress(connection, request));
  const declared = (networking?.firewallRules ?? []).filter(
    ({ protocol, family, port }) =>
      protocol === "TCP" && family === "IPv6" && port !== sshPort && port !== rdpPort,
  );
  const ports = [...new Set(declared.map(({ port }) => port))].sort((one, other) => one - other);
  const { contract, instance, guestFiles, userPassword } = request;
  const common = { contract, instance, guestFiles, userPassword };
  return {
    proved: { ...wanted, address, ports },
    ports,
    ask: (action, own, seconds) =>
      askGuest(connection, action, { ...common, ...own }, seconds * 1000),
  };
}

/** Failures after which a machine is not dialled again: a refused password counts against its account. */
const notDialled = ["LogonRefused", "OtherHostKey", "WrongMachine"];

function leftOutOf(checked: Checked | undefined): string | undefined {
  if (!checked) return undefined;
  if (checked.state === "off") return offReason(checked.power);
  const isClosed = checked.state === "failed" && notDialled.includes(checked.code);
  const isSilent = checked.state === "silent" || checked.state === "unfinished";
  return isClosed || isSilent ? describe(checked) : undefined;
}

/** Of a machine of the user's own, only it knows its address. */
async function ownAddress(
  connection: PeerConnection,
  request: TestPeerMachineRequest,
): Promise<string> {
  const answer = await askGuest<TestPeerMachineReport>(connection, "Test-PeerMachine", request);
  return ("report" in answer && answer.report.networking?.ipv6Addresses[0]) || "";
}

function reasonOf(answer: Exclude<GuestAnswer<unknown>, { report: unknown }>): string {
  return describe(answer);
}

/** The security groups on the way, as `npm run check` judges them for each port. */
function guardIn(machines: ReturnType<typeof machinesInNetwork>): Guard {
  const known = new Map(machines.map((one) => [one.machine, one]));
  return ({ from, to, protocol = "TCP", port }) => {
    const target = known.get(to.machine);
    if (!target) return undefined;
    const ends = {
      source: from.address,
      sourcePort,
      destination: to.address,
      destinationPort: port,
    };
    const sender = known.get(from.machine);
    const { verdict, rule } = judgePacket({ protocol, ...ends }, sender, target);
    if (verdict === "allowed" || !rule) return undefined;
    const does = verdict === "denied" ? "denies it" : "may deny it";
    return `security rule ${rule.name} (priority ${rule.priority}) in ${rule.group} ${does}`;
  };
}
