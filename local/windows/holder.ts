import {
  guestDirectory,
  type PresenceGroup,
  type PresenceName,
  type PresenceState,
} from "../../guest/contract";
import type { Account, Logon, LogonRight } from "./accounts";
import { countFailure, localSystem } from "./accounts";
import { taskStarted } from "./events";
import type { StoredGroup } from "./group/store";
import type { HresultName } from "./hresult";
import type { Machine } from "./machine";
import { pnrpRuns } from "./pnrp";

/**
 * The presence holder's task, or the service where a policy forbids stored passwords. Windows keeps the password for it;
 * here only what can tell whether it still is the user's, and which of the user's keys it opens.
 */
export interface HolderRecord {
  user: string;
  runsAs: "task" | "service";
  /** The account's verifier when the password was stored: another one now means another password. */
  verifier: string;
  masterKeys: string[];
  /** Since when its process runs; absent: it does not. */
  runsSince?: number;
  /** When its process ended before Windows did, or could not be started. */
  endedAt?: number;
  /** Settings of its task that somebody changed, by the names in which the guest files speak of them. */
  altered?: ("Settings.ExecutionTimeLimit" | "Enabled")[];
  /** Whether somebody deleted its task, which leaves the process running until Windows ends. */
  deleted?: boolean;
  /** When it was last tried to start it with a password that is not the user's any more. */
  refusedAt?: number;
}

/** What the holder is to hold; the guest's own file, without secrets. */
export const presenceFile = `${guestDirectory}/presence.json`;

/** After this time the scheduler ends a task whose limit was set back to the scheduler's own. */
const executionTimeLimit = 72 * 3_600_000;

/** The task is repeated so often; a second instance is not started. */
const repetition = 15 * 60_000;

export function readPresence(machine: Machine): PresenceState | undefined {
  if (!machine.disk.find(presenceFile)) return undefined;
  const text = machine.disk.read(presenceFile, localSystem).toString("utf8");
  try {
    return JSON.parse(text) as PresenceState;
  } catch {
    return undefined;
  }
}

function accountOf(machine: Machine, user: string): Account | undefined {
  return machine.record.accounts.find(({ name }) => name === user);
}

/** Registers the holder under the password that opened `logon`, whose user gets the right that it needs. */
export function installHolder(machine: Machine, logon: Logon, runsAs: "task" | "service"): void {
  const { holder } = machine.record;
  const account = accountOf(machine, logon.userName);
  if (account) {
    account.lostRights = account.lostRights?.filter((right) => right !== rightFor[runsAs]);
  }
  machine.record.holder = {
    // A process whose task was deleted is ended before another one starts.
    ...(!holder || holder.deleted || holder.runsSince === undefined
      ? {}
      : { runsSince: holder.runsSince }),
    user: logon.userName,
    runsAs,
    verifier: account?.verifier ?? "",
    masterKeys: logon.masterKeys.map(({ id }) => id),
  };
  machine.save();
}

const rightFor: Record<HolderRecord["runsAs"], LogonRight> = {
  task: "SeBatchLogonRight",
  service: "SeServiceLogonRight",
};

/** Whether a task or service of the holder is there. */
export function holderIsInstalled({ record: { holder } }: Machine): boolean {
  return holder !== undefined && !holder.deleted;
}

/** What of the installed holder is not as the guest files leave it: settings, the right that its user needs, the password. */
export function holderDifferences(machine: Machine): string[] {
  const { holder } = machine.record;
  if (!holder) return [];
  const account = accountOf(machine, holder.user);
  const right = rightFor[holder.runsAs];
  return [
    ...(holder.altered ?? []),
    ...(account?.lostRights?.includes(right) ? [right] : []),
    ...(account?.verifier === holder.verifier ? [] : ["password"]),
  ];
}

/** Removes the holder with everything of it; says whether there was one. */
export function removeHolder(machine: Machine): boolean {
  const { record, disk } = machine;
  const wasThere = holderIsInstalled(machine);
  if (disk.find(presenceFile)) disk.remove(presenceFile, localSystem);
  delete record.holder;
  machine.save();
  return wasThere;
}

/** Starts the holder's process; says whether it runs now. Windows logs the user on by the password that it keeps. */
export function startHolder(machine: Machine): boolean {
  const { record } = machine;
  const { holder } = record;
  if (!holder) return false;
  if (holder.deleted) {
    delete record.holder;
    machine.save();
    return false;
  }
  const now = machine.environment.now();
  delete holder.runsSince;
  delete holder.endedAt;
  delete holder.refusedAt;
  const differences = holderDifferences(machine);
  const isRefused = ["Enabled", rightFor[holder.runsAs]].some((one) => differences.includes(one));
  if (isRefused) {
    // Tried again at the next repetition, and no failed logon.
    holder.endedAt = now;
  } else if (!differences.includes("password")) {
    holder.runsSince = now;
  } else {
    holder.refusedAt = now;
    countRefusal(machine, now);
  }
  const { user, runsAs } = holder;
  if (runsAs === "task") {
    const started = holder.runsSince !== undefined;
    taskStarted(record, { name: "PeerLab-Holder", user, started }, machine.now());
  }
  machine.save();
  return holder.runsSince !== undefined;
}

function countRefusal(machine: Machine, time: number): void {
  const account = accountOf(machine, machine.record.holder?.user ?? "");
  if (account) countFailure(account, time);
}

/**
 * The task's repetition tries the old password again and again, and Windows counts each try as a failed logon of the user:
 * counts those that were due since the last look.
 */
export function countHolderAttempts(machine: Machine): void {
  const { holder } = machine.record;
  if (holder?.refusedAt === undefined || !machine.isUp()) return;
  const now = machine.environment.now();
  while (holder.refusedAt + repetition <= now) {
    holder.refusedAt += repetition;
    countRefusal(machine, holder.refusedAt);
  }
}

/** Ends the holder's process; the next start of Windows or the task's repetition begins another. */
export function endHolder(machine: Machine): void {
  const { holder } = machine.record;
  if (holder?.runsSince === undefined) return;
  delete holder.runsSince;
  holder.endedAt = machine.environment.now();
}

/** Since when the holder runs; undefined where it does not. Without its file it has nothing to do and ends. */
export function holderRunsSince(machine: Machine): number | undefined {
  const since = processRunsSince(machine);
  return readPresence(machine) ? since : undefined;
}

/** The same of its process, whether or not its file is there. */
function processRunsSince(machine: Machine): number | undefined {
  const { record, environment } = machine;
  const { holder } = record;
  if (!holder || !machine.isUp()) return undefined;
  if (environment.faults.take("holderKilled", record.computerName)) endHolder(machine);
  const isLimited = holder.altered?.includes("Settings.ExecutionTimeLimit") ?? false;
  const limit = (holder.runsSince ?? Infinity) + executionTimeLimit;
  if (isLimited && environment.now() >= limit) {
    delete holder.runsSince;
    holder.endedAt = limit;
  }
  const isDue = holder.endedAt !== undefined && environment.now() >= holder.endedAt + repetition;
  if (isDue) startHolder(machine);
  return record.holder?.runsSince;
}

/** The state of the holder as its file and process show it. */
export function holderState(machine: Machine): "running" | "stopped" | "absent" {
  if (!holderIsInstalled(machine)) return "absent";
  return holderRunsSince(machine) === undefined ? "stopped" : "running";
}

/** A name as the holder has it. */
export interface HeldName extends PresenceName {
  state: "registered" | "waiting" | HresultName;
}

/** What becomes of each wanted name: it waits where no holder runs. */
export function nameStates(machine: Machine): HeldName[] {
  const isReady = processRunsSince(machine) !== undefined && pnrpRuns(machine);
  return (readPresence(machine)?.names ?? []).map((name) => {
    const state = isReady ? registration(machine, name) : "waiting";
    return { ...name, state };
  });
}

function registration(machine: Machine, { peerName }: PresenceName): HeldName["state"] {
  const authority = peerName.slice(0, peerName.indexOf("."));
  // A name is registered once on a machine.
  const isTaken = machine.record.registrations?.some((other) => other.peerName === peerName);
  if (isTaken) return "PEER_E_DUPLICATE_PEER_NAME";
  if (authority === "0") return "registered";
  return identityState(machine, `${authority}.`) ?? "registered";
}

/** Why the holder cannot use an identity, given by its name or its authority; undefined where it can. */
function identityState(machine: Machine, name: string): HresultName | undefined {
  const { holder, identities } = machine.record;
  const identity = (identities[holder!.user] ?? []).find(({ peerName }) =>
    peerName.startsWith(name),
  );
  if (!identity) return "PEER_E_IDENTITY_NOT_FOUND";
  return holder!.masterKeys.includes(identity.masterKey) ? undefined : "PEER_E_NO_KEY_ACCESS";
}

/** The names that the machine's holder really has in the cloud. */
export function heldNames(machine: Machine): HeldName[] {
  return nameStates(machine).filter(({ state }) => state === "registered");
}

/** A group as the holder has opened it. */
export interface HeldGroup {
  wanted: PresenceGroup;
  /** Absent where the machine does not belong to it. */
  stored?: StoredGroup;
  state: "open" | "waiting" | HresultName;
}

export function groupStates(machine: Machine): HeldGroup[] {
  const { record } = machine;
  const { p2psvc } = record.services;
  const isReady =
    processRunsSince(machine) !== undefined &&
    pnrpRuns(machine) &&
    p2psvc !== undefined &&
    p2psvc.startType !== "Disabled";
  const groups = record.groups?.[record.holder?.user ?? ""] ?? [];
  return (readPresence(machine)?.groups ?? []).map((wanted) => {
    const stored = groups.find(
      ({ group, identity }) => group === wanted.group && identity === wanted.identity,
    );
    if (!isReady) return { wanted, ...(stored ? { stored } : {}), state: "waiting" };
    const refused = identityState(machine, wanted.identity);
    if (!stored) return { wanted, state: refused ?? "PEER_E_NOT_FOUND" };
    return { wanted, stored, state: refused ?? "open" };
  });
}

/** The groups that the machine's holder has opened. */
export function heldGroups(machine: Machine): (HeldGroup & { stored: StoredGroup })[] {
  return groupStates(machine).flatMap(({ stored, state, wanted }) =>
    stored && state === "open" ? [{ wanted, stored, state }] : [],
  );
}
