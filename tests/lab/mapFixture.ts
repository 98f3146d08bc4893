import { codePoints } from "../../components/plan/identity";
import type { ProofReport, ProvedPort } from "../../components/plan/proofVerdict";
import { targetsOf } from "../../components/plan/proofPairs";
import type { LabInState, LabMachineInState } from "../../lab/labInState";
import { mapOf, type LabMap } from "../../lab/map/mapModel";

export interface FixtureOptions {
  machines: number;
  people: number;
  /** What the first person is called. */
  name?: string;
  /** Every so many machines, one pair is refused; none where it is 0. */
  refusedEach?: number;
  rings?: string[];
  /** The last machine took no part. */
  hasLeftOut?: boolean;
}

const subnet =
  "/subscriptions/s/resourceGroups/lab/providers/Microsoft.Network/virtualNetworks/lab-network/subnets/lab-subnet";
const called = ["Ada Lovelace", "Grace Hopper", "Alan Turing", "Edsger Dijkstra", "Barbara Liskov"];
const keys = ["ada", "grace", "alan", "edsger", "barbara"];

/** Why a machine is refused in the fixture. */
export const reason = "the Windows Firewall of it blocks it (rule Core-Block-3587)";

/** A lab as a stack's state has it, every second person with a group. */
export function labFixture(options: FixtureOptions): LabInState {
  const { machines: number, people: persons, rings = [], refusedEach = 0 } = options;
  const person = (index: number) =>
    index < keys.length ? keys[index] : `person-${String(index + 1).padStart(2, "0")}`;
  const share = Math.ceil(number / persons);
  const machines = Array.from({ length: number }, (_, index): LabMachineInState => {
    const owner = Math.floor(index / share);
    const machine = `${person(owner)}-${(index % share) + 1}`;
    const isGroup = owner % 2 === 1;
    return {
      machine,
      virtualMachineId: machine,
      ask: {
        connection: {
          ...{ host: "10.80.0.1", user: "labuser", password: "topsecret" },
          jumpHost: { host: "198.51.100.7", port: 2222, user: "jump", password: "topsecret" },
        },
        request: { userPassword: "topsecret" },
      } as unknown as LabMachineInState["ask"],
      person: person(owner),
      ring: rings.length === 0 ? "" : rings[Math.min(rings.length - 1, Math.floor(index / 4))],
      isSeed: index === 0,
      computerName: machine,
      size: "Standard_D2s_v5",
      location: "westeurope",
      privateIpv4: `10.80.0.${index + 4}`,
      privateIpv6: `fd5a:9c2e:71b0::${(index + 4).toString(16)}`,
      ...{ publicIpv4: "", publicIpv6: "" },
      peerName: `${String(isGroup ? index : owner).padStart(40, "ef90eca4178188ddad6d9ce9f56a98e7fccbd3b0")}.PeerLab`,
      group: isGroup ? `${"1ad31c0708107b05da3d4aee782a82a5b314afe6"}.Group` : "",
      names: index === 0 ? [{ peerName: "0.PeerLab-seed", state: "registered" }] : [],
      cloud: "active",
      ready: index % 17 !== 4,
      pending: index % 17 === 4 ? ["reboot"] : [],
    };
  });
  machines.sort((one, other) => codePoints(one.machine, other.machine));
  const all = machines.map(({ machine }) => machine);
  const away = options.hasLeftOut ? all.at(-1) : undefined;
  const targets = targetsOf(all);
  const proof = all.map((machine, index): [string, ProofReport] => {
    const ports = targets[machine]
      .filter((other) => other !== away)
      .map((other, at): ProvedPort => {
        const isRefused = refusedEach > 0 && index % refusedEach === 1 && at === 0;
        return isRefused
          ? { machine: other, port: 3587, verdict: "silent", reason }
          : { machine: other, port: 3587, verdict: "reachable" };
      });
    const none = { holder: "running", names: machines[index].names, groups: [], resolved: [] };
    if (machine === away) {
      const leftOut = "it is off (deallocated)";
      return [machine, { ...none, cloud: "", ports: [], failures: [], leftOut }];
    }
    const failures = ports
      .filter(({ verdict }) => verdict !== "reachable")
      .map(({ machine: other }) => `${machine} does not reach TCP 3587 of ${other}: ${reason}`);
    return [machine, { ...none, cloud: "active", ports, failures }];
  });
  return {
    stack: "local",
    resourceGroups: ["lab72443e64"],
    people: Array.from({ length: Math.ceil(number / share) }, (_, index) => ({
      person: person(index),
      displayName: (index === 0 && options.name) || called[index] || `Person ${index + 1}`,
      sharing: index % 2 === 1 ? ("group" as const) : ("identity" as const),
      peerName: machines.find((one) => one.person === person(index))?.peerName ?? "",
      machines: machines.filter((one) => one.person === person(index)).map((one) => one.machine),
    })).sort((one, other) => codePoints(one.person, other.person)),
    rings,
    machines,
    proof: Object.fromEntries(proof),
  };
}

/** The map of such a lab. */
export function mapFixture(options: FixtureOptions): LabMap {
  const lab = labFixture(options);
  const network = {
    ...{ id: subnet, subnet: "lab-subnet", virtualNetwork: "lab-network" },
    subnetRanges: ["10.80.0.0/24", "fd5a:9c2e:71b0::/64"],
    virtualNetworkRanges: ["10.80.0.0/16", "fd5a:9c2e:71b0::/48"],
  };
  const subnetOf = new Map(lab.machines.map(({ machine }) => [machine, subnet]));
  const updated = "2026-11-23T22:10:26.000Z";
  return mapOf({ lab, networks: { networks: [network], subnetOf }, updated });
}
