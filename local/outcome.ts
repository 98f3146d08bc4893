import Table from "cli-table3";
import type { ResourceFailure, UpSummary } from "./eventLog";

/** One machine, as the program's output `machines` describes it. */
export interface MachineOutput {
  person: string;
  computerName: string;
  privateIpv4?: string;
  privateIpv6?: string;
  /** Of the identity that it holds: its person's, or its own where she has a group. */
  peerName?: string;
  /** The group that it belongs to; empty where there is none. */
  group?: string;
  ready?: boolean;
  pending?: string[];
}

/** The table at the end of a run: every machine, its addresses and name, and whether it is ready or why not. */
export function formatMachines(
  machines: Record<string, MachineOutput>,
  failures: ResourceFailure[],
): string {
  const table = new Table({
    head: ["Person", "Machine", "Private IPv4", "Private IPv6", "Peer name", "Ready"],
    // No colours: the table is also read in logs.
    style: { head: [], border: [] },
  });
  for (const [key, machine] of Object.entries(machines)) {
    table.push([
      machine.person,
      key,
      machine.privateIpv4 ?? "",
      machine.privateIpv6 ?? "",
      shortPeerName(machine.peerName ?? ""),
      readiness(key, machine, failures),
    ]);
  }
  return table.toString();
}

/**
 * By what each person is found, in full and one line for each: all her machines have the same identity, or belong to one group.
 * Where they differ, each is named.
 */
export function formatPeerNames(machines: Record<string, MachineOutput>): string {
  const names = new Map<string, Set<string>>();
  for (const { person, peerName, group } of Object.values(machines)) {
    const found = group ? `Group of ${person}` : `Peer name of ${person}`;
    const name = group || peerName;
    if (name) names.set(found, (names.get(found) ?? new Set()).add(name));
  }
  return [...names].map(([found, own]) => `${found}: ${[...own].join(" and ")}`).join("\n");
}

/** What failed, one resource each, with what the machine itself said and what to do about it. */
export function formatFailures(failures: ResourceFailure[]): string {
  return failures
    .map(({ name, guest, message }) => {
      const subject = name || "The program";
      if (!guest) return `${subject}: ${message}`;
      const code = guest.hresult ? `${guest.code} (${guest.hresult})` : guest.code;
      return `${subject}: ${code}: ${guest.message}\n  ${guest.hint}`;
    })
    .join("\n");
}

/** What the run changed, in one sentence. */
export function formatChanges(summary: UpSummary): string {
  const changed = Object.entries(summary.changes).filter(
    ([kind, count]) => kind !== "same" && count,
  );
  if (changed.length === 0) {
    return `Nothing changed: all ${summary.changes.same ?? 0} resources are as defined.`;
  }
  return `Changed: ${changed.map(([kind, count]) => `${count} ${pastTense[kind] ?? kind}`).join(", ")}.`;
}

/** The engine's words for what it does, and ours for what is done; others stay as they are. */
const pastTense: Record<string, string> = {
  create: "created",
  update: "updated",
  delete: "deleted",
  replace: "replaced",
  "create-replacement": "created anew",
  "delete-replaced": "deleted after replacement",
};

function readiness(key: string, machine: MachineOutput, failures: ResourceFailure[]): string {
  const failure = failures.find(({ name }) => namesMachine(name, key));
  if (failure) return `no: ${failure.guest?.code ?? "failed"} (below)`;
  if (machine.ready) return "yes";
  if (machine.pending?.length) return `no: waits for ${machine.pending.join(", ")}`;
  return failures.length > 0 ? "no: waits for what failed (below)" : "no";
}

/** Resources of a machine carry its key as a part of their names: `lab-ada-1-vm` and `lab-ada.ada-1` that of `ada-1`. */
function namesMachine(resource: string, key: string): boolean {
  const literal = key.replace(/[^a-z0-9]/gi, "\\$&");
  return new RegExp(`(^|[^a-z0-9])${literal}($|[^a-z0-9])`, "i").test(resource);
}

/** A peer name's authority is 40 hex digits; the beginning tells two of them apart. */
function shortPeerName(name: string): string {
  const [authority, classifier] = name.split(".", 2);
  return authority.length === 40 ? `${authority.slice(0, 12)}….${classifier ?? ""}` : name;
}
