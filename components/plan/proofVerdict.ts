/**
 * What tests of machines by each other come to, in words: joins what a tester saw of a port with what its target says of its own
 * listener and Windows Firewall, and with the security groups.
 */
import type {
  StartPeerListenerReport,
  TestPeerReachabilityReport,
  PresenceFacts,
} from "../../guest/contract";
import { groupingPort } from "./peerPorts";
import { cloudFailures, cloudOf } from "./proofCloud";
import { notTestedOf } from "./proofNotTested";
import type { NameProof } from "./proofPairs";

/** A machine that takes part in a proof, with what it answered. */
export interface ProvedMachine {
  /** Its key. */
  machine: string;
  /** IPv6 address that the others dial. */
  address: string;
  /** TCP ports that others test. None by default. */
  ports?: readonly number[];
  /** Peer names that its holder has to register. */
  names: readonly string[];
  /** Groups that its holder has to be connected to. */
  groups: readonly string[];
  /** How it finds the cloud. */
  seed?: { role: string; server: string };
  /** Why it is neither tested nor tests: that it is off, or was not made. Nothing of it is a failure. */
  leftOut?: string;
  /** Why it could not be asked to open its listener, or to test: a failure. */
  listenerFailed?: string;
  testFailed?: string;
  listener?: Pick<StartPeerListenerReport, "ports">;
  test?: Pick<
    TestPeerReachabilityReport,
    "ports" | "names" | "clouds" | "presence" | "clockOffsetSeconds"
  >;
  /** How long the question was under way, in seconds: the clock is judged without it. */
  delaySeconds?: number;
}

/** What the security groups do with a connection, in words; undefined where they let it pass or nobody knows them. */
export type Guard = (
  connection: Readonly<Record<"from" | "to", ProvedMachine>> & {
    /** TCP by default. */
    protocol?: "TCP" | "UDP";
    port: number;
  },
) => string | undefined;

/** Who was to test whom, and what the network does. */
export interface ProofPlan {
  targets: Readonly<Record<string, readonly string[]>>;
  names: readonly NameProof[];
  guard?: Guard;
}

/** One port of another machine, as a tester saw it. */
export interface ProvedPort {
  machine: string;
  port: number;
  /** `reachable`, `refused`, `silent` or `unreachable`; `taken` where a program answers on a port that is Windows' own. */
  verdict: string;
  /** Why it is not reachable, or who has taken it. */
  reason?: string;
  /** The program that holds it, where one does. */
  heldBy?: string;
}

/** One peer name, as a tester found it. */
export interface ProvedName {
  peerName: string;
  /** `resolved`, `foreign`, `unresolved`, or `heldByAll` where nobody is there who does not hold it. */
  verdict: string;
  /** The name of the HRESULT where the call failed. */
  code?: string;
}

/** What a machine found, and what is wrong on it. */
export interface ProofReport {
  /** State of its global cloud, `absent` where there is none; empty where it was not asked. */
  cloud: string;
  /** How far its clock is ahead, in whole seconds. */
  clockOffsetSeconds?: number;
  /** `running`, `stopped` or `absent`; empty where it was not asked. */
  holder: string;
  names: { peerName: string; state: string }[];
  groups: { group: string; state: string }[];
  ports: ProvedPort[];
  resolved: ProvedName[];
  failures: string[];
  /** What of it nobody has tested, and why: no failure. Absent where nothing was missed. */
  notTested?: string[];
  /** Why it took no part. */
  leftOut?: string;
}

/** How far a clock may be off: what Kerberos allows, and less than anything of the peer stack does. */
export const mostClockOffsetSeconds = 300;

/** Everything that tests found, by machine. */
export function judgeProof(
  machines: readonly ProvedMachine[],
  plan: ProofPlan,
): Record<string, ProofReport> {
  const all = new Map(machines.map((one) => [one.machine, one]));
  return Object.fromEntries(machines.map((one) => [one.machine, reportOf(one, all, plan)]));
}

type All = ReadonlyMap<string, ProvedMachine>;

function reportOf(own: ProvedMachine, all: All, plan: ProofPlan): ProofReport {
  const { machine, test, leftOut } = own;
  const none = { cloud: "", holder: "", names: [], groups: [], ports: [], resolved: [] };
  if (leftOut !== undefined) return { ...none, failures: [], leftOut };
  const ofListener =
    own.listenerFailed === undefined
      ? []
      : [`${machine}: its listener could not be opened: ${own.listenerFailed}`];
  if (!test) {
    const reason = own.testFailed ?? "there is no answer of it";
    return { ...none, failures: [...ofListener, `${machine} could not test: ${reason}`] };
  }
  const offset = clockOffset(own);
  const ports = portsSeen(own, test.ports, all, plan);
  const resolved = namesSeen(own, test.names, plan);
  const names = own.names.map((peerName) => ({ peerName, state: nameState(test, peerName) }));
  const missed = notTestedOf(own, all, plan);
  const held = new Set([...own.groups, ...test.presence.groups.map(({ group }) => group)]);
  const groups = [...held].map((group) => ({ group, state: groupState(test, group) }));
  return {
    cloud: cloudOf(test)?.state ?? "absent",
    ...(offset === undefined ? {} : { clockOffsetSeconds: offset }),
    holder: test.presence.holder,
    names,
    groups,
    ports,
    resolved,
    failures: [
      ...ofListener,
      ...(own.address === "" ? [`${machine} has no IPv6 address that others could test`] : []),
      ...cloudFailures(own, test, [...all.values()], plan),
      ...clockFailures(machine, offset),
      ...holderFailures(machine, test.presence, names, groups),
      ...(test.presence.holder === "running" ? groupFailures(own, test.presence, groups, all) : []),
      ...ports.flatMap(({ machine: other, port, verdict, reason }) =>
        verdict === "reachable"
          ? []
          : [
              verdict === "taken"
                ? `TCP ${port} of ${other} (${all.get(other)?.address}): ${reason}`
                : `${machine} does not reach TCP ${port} of ${other} (${all.get(other)?.address}): ${reason}`,
            ],
      ),
      ...resolved.flatMap((found) => nameFailure(machine, found, plan)),
    ],
    ...(missed.length === 0 ? {} : { notTested: missed }),
  };
}

/** What was seen of ports that are still to be tested: a machine may have gone, or moved, since. */
function portsSeen(
  own: ProvedMachine,
  seen: TestPeerReachabilityReport["ports"],
  all: All,
  plan: ProofPlan,
): ProvedPort[] {
  return (plan.targets[own.machine] ?? []).flatMap((key) => {
    const target = all.get(key);
    if (!target || target.leftOut !== undefined) return [];
    return seen
      .filter(({ name, address }) => name === key && address === target.address)
      .map(({ port, verdict }): ProvedPort => {
        const listener = target.listener?.ports.find((one) => one.port === port);
        const heldBy =
          listener?.listener === "held" ? { heldBy: listener.program ?? "a program" } : {};
        if (verdict === "reachable" && isTaken(port, listener)) {
          const reason = `${listener?.program} has taken the port, which is Grouping's`;
          return { machine: key, port, verdict: "taken", reason, ...heldBy };
        }
        if (verdict === "reachable") return { machine: key, port, verdict, ...heldBy };
        const reason = reasonOf(own, target, port, verdict, plan.guard);
        return { machine: key, port, verdict, reason, ...heldBy };
      });
  });
}

/**
 * Whether the port is one of Windows' own and another program holds it. Grouping listens in a service host; whose program has to
 * listen on the port of a service, nobody here knows.
 */
function isTaken(
  port: number,
  listener: StartPeerListenerReport["ports"][number] | undefined,
): boolean {
  const program = listener?.listener === "held" ? listener.program : undefined;
  return port === groupingPort && program !== undefined && program.toLowerCase() !== "svchost.exe";
}

/** Why a connection did not come about: everything that is known to stop it, or what it can still be. */
function reasonOf(
  from: ProvedMachine,
  to: ProvedMachine,
  port: number,
  verdict: string,
  guard: Guard | undefined,
): string {
  const listener = to.listener?.ports.find((one) => one.port === port);
  const firewall = listener?.firewall;
  const denied = guard?.({ from, to, port });
  const known = [
    ...(denied === undefined ? [] : [denied]),
    ...(firewall?.action === "block"
      ? [
          `the Windows Firewall of ${to.machine} blocks it (${firewall.rule === undefined ? "no rule allows it" : `rule ${firewall.rule}`})`,
        ]
      : []),
    ...(to.listenerFailed === undefined
      ? []
      : [`its listener could not be opened: ${to.listenerFailed}`]),
  ];
  if (known.length > 0) return known.join("; ");
  if (verdict === "unreachable") {
    return `${from.machine} has no way to that address; look at IPv6 on both machines`;
  }
  if (listener?.listener === "held") {
    return `${listener.program ?? "a program"} holds the port and does not answer over IPv6; it has to listen on [::], unrestricted`;
  }
  if (verdict === "refused") return "nobody listens";
  return "nothing answers, though neither a known security rule nor the Windows Firewall denies it; IPv6 of that machine, or something between them";
}

function namesSeen(
  { machine }: ProvedMachine,
  seen: TestPeerReachabilityReport["names"],
  { names }: ProofPlan,
): ProvedName[] {
  return names.flatMap(({ peerName, holders, resolvers }): ProvedName[] => {
    if (resolvers.length === 0 && holders.includes(machine)) {
      return [{ peerName, verdict: "heldByAll" }];
    }
    if (!resolvers.includes(machine)) return [];
    return seen
      .filter((one) => one.peerName === peerName)
      .map(({ verdict, code }) => ({ peerName, verdict, ...(code === undefined ? {} : { code }) }));
  });
}

function nameFailure(
  machine: string,
  { peerName, verdict, code }: ProvedName,
  { names }: ProofPlan,
): string[] {
  const holders = names.find((one) => one.peerName === peerName)?.holders.join(", ");
  const what = `${machine} does not resolve ${peerName}, which ${holders} should register`;
  if (verdict === "foreign") return [`${what}: only others answer to it`];
  if (verdict === "unresolved") return [`${what}: ${code ?? "nobody answers to it"}`];
  return [];
}

/** The state of a name in a machine's own holder; what one that is not there is called is the library's own word. */
function nameState({ presence }: NonNullable<ProvedMachine["test"]>, peerName: string): string {
  return presence.names.find((held) => held.peerName === peerName)?.state ?? notHeld;
}

function groupState({ presence }: NonNullable<ProvedMachine["test"]>, group: string): string {
  return presence.groups.find((held) => held.group === group)?.state ?? notHeld;
}

const notHeld = "not held";

function holderFailures(
  machine: string,
  { holder }: PresenceFacts,
  names: readonly { peerName: string; state: string }[],
  groups: readonly object[],
): string[] {
  const wanted = names.length + groups.length > 0;
  if (wanted && holder !== "running") {
    const is = holder === "absent" ? "is not installed" : "is not running";
    return [
      `${machine}: its presence holder ${is}, so that it registers no names and connects to no groups`,
    ];
  }
  return names.flatMap(({ peerName, state }) =>
    state === "registered"
      ? []
      : [`${machine} does not register ${peerName}: its holder says ${state}`],
  );
}

/** A group is not to be alone while another member is on; of one that knows no member, not even itself, nothing is there yet. */
function groupFailures(
  own: ProvedMachine,
  presence: PresenceFacts,
  groups: readonly { group: string; state: string }[],
  all: All,
): string[] {
  return groups.flatMap(({ group, state }) => {
    if (state === "connected") return [];
    const others = [...all.values()].filter(
      ({ machine, test, leftOut }) =>
        machine !== own.machine &&
        leftOut === undefined &&
        test?.presence.holder === "running" &&
        test.presence.groups.some((held) => held.group === group),
    );
    const on = others.map(({ machine }) => machine).join(", ");
    if (state !== "listening") {
      return [`${own.machine} is not connected to the group ${group}: its holder says ${state}`];
    }
    if (others.length > 0) {
      return [
        `${own.machine} is not connected to the group ${group}, though ${on} should be in it`,
      ];
    }
    if (presence.groups.some((held) => held.group === group && held.members.length > 0)) return [];
    return [`${own.machine} has never been connected to the group ${group}: it knows no member`];
  });
}

/** Without the time that the question was under way. */
function clockOffset({ test, delaySeconds = 0 }: ProvedMachine): number | undefined {
  const seen = test?.clockOffsetSeconds;
  return seen === undefined ? undefined : Math.round(seen - delaySeconds);
}

function clockFailures(machine: string, offset: number | undefined): string[] {
  if (offset === undefined || Math.abs(offset) <= mostClockOffsetSeconds) return [];
  const way = offset > 0 ? "ahead" : "behind";
  return [
    `${machine}: its clock is ${Math.abs(offset)} s ${way}; ${mostClockOffsetSeconds} s are allowed, since credentials and invitations carry times`,
  ];
}
