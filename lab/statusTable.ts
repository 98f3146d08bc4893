import { isOff } from "../components/power";
import { columns, shortPeerName } from "./columns";
import type { LabStatus, MachineStatus, PersonStatus } from "./machineStatus";

/** How a lab stands, for people: a line in all, one a machine, the reasons below, and one line a person. */
export function statusText(status: LabStatus): string {
  const { machines, people } = status;
  const parts = [
    overview(status),
    columns(machineHead, machines.map(machineRow)),
    reasons(machines).join("\n"),
    people.length > 0 ? columns(personHead, people.map(personRow)) : "",
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function overview({ stack, machines }: LabStatus): string {
  const powers = counts(
    machines.map(({ power }) =>
      isOff(power) ? "off" : power === "unknown" ? "power unknown" : power,
    ),
  );
  // That a machine is off has been said.
  const asked = machines.filter(({ drift }) => drift.state !== "off");
  const drifts = counts(
    asked.map(({ drift }) => (drift.state === "unknown" ? "drift unknown" : drift.state)),
  );
  const number = machines.length === 1 ? "1 machine" : `${machines.length} machines`;
  return `${stack}: ${number}: ${[powers, drifts].filter(Boolean).join("; ")}.`;
}

/** `4 running, 1 off`, the commonest first. */
function counts(words: readonly string[]): string {
  const seen = new Map<string, number>();
  for (const word of words) seen.set(word, (seen.get(word) ?? 0) + 1);
  return [...seen]
    .sort(([, one], [, other]) => other - one)
    .map(([word, count]) => `${count} ${word}`)
    .join(", ");
}

const machineHead = [
  "Machine",
  "Person",
  "Ring",
  "Seed",
  "Power",
  "Private IPv4",
  "Private IPv6",
  "Public",
  "Identity",
  "Group",
  "Last proof",
  "Names then",
  "Drift",
];

function machineRow({ addresses, ...one }: MachineStatus): string[] {
  const registered = one.names.filter(({ state }) => state === "registered").length;
  return [
    one.machine,
    one.person,
    one.ring,
    one.seed ? "seed" : "",
    one.power,
    addresses.privateIpv4,
    addresses.privateIpv6,
    [addresses.publicIpv4, addresses.publicIpv6].filter(Boolean).join(" "),
    shortPeerName(one.peerName),
    shortPeerName(one.group),
    one.proof.result,
    one.names.length === 0 ? "" : `${registered} of ${one.names.length}`,
    one.drift.state,
  ];
}

const mostFailures = 3;

/** What the words of the table do not say: each line once, with the machines that it holds for. */
function reasons(machines: readonly MachineStatus[]): string[] {
  const lines = new Map<string, string[]>();
  const say = (machine: string, line: string) =>
    lines.set(line, [...(lines.get(line) ?? []), machine]);
  for (const { machine, drift, names, proof } of machines) {
    const told = drift.state === "as wanted" || drift.state === "off";
    if (!told) say(machine, `${drift.state}: ${drift.details.join("; ")}`);
    const others = names.filter(({ state }) => state !== "registered");
    for (const { peerName, state } of others) say(machine, `name ${peerName}: ${state}`);
    for (const failure of proof.failures.slice(0, mostFailures)) {
      say(machine, `last proof: ${failure}`);
    }
    const more = proof.failures.length - mostFailures;
    if (more > 0) say(machine, `last proof: ${more} more, which --json has`);
    for (const missed of proof.notTested) say(machine, `last proof, not tested: ${missed}`);
  }
  return [...lines].map(([line, keys]) => `${some(keys)}: ${line}`);
}

/** At most five by name; of more their number. */
function some(keys: readonly string[]): string {
  if (keys.length <= 5) return keys.join(", ");
  return `${keys.length} machines (${keys.slice(0, 4).join(", ")}, …)`;
}

const personHead = ["Person", "Name", "Sharing", "Peer name", "Copy", "Machines"];

function personRow(one: PersonStatus): string[] {
  const copies = { true: "taken", false: "none taken", null: "" };
  return [
    one.person,
    one.displayName,
    one.sharing,
    one.peerName || "none yet",
    copies[`${one.copyTaken}`],
    String(one.machines.length),
  ];
}
