import type {
  GetPeerPresenceReport,
  GetPeerPresenceRequest,
  PresenceFacts,
  PresenceState,
  SetPeerPresenceReport,
  SetPeerPresenceRequest,
} from "../../../guest/contract";
import { cloudFacts } from "../cloud/cloud";
import { heldGroupFacts } from "../group/connection";
import { GuestError } from "../guestError";
import {
  holderDifferences,
  holderIsInstalled,
  holderRunsSince,
  holderState,
  installHolder,
  nameStates,
  presenceFile,
  readPresence,
  removeHolder,
  startHolder,
} from "../holder";
import { formatHresult } from "../hresult";
import { passwordLogon } from "../logon";
import type { Machine } from "../machine";
import type { Action, ActionContext } from "./context";
import { taskLogonOf } from "./identityAccess";
import { addedTo } from "./presenceAddition";
import { capabilityProof } from "./testPeerCapability";

/** What is to be held, as it stands on the disk: the lists in their order, the fields in one order. */
function textOf({ names, groups }: PresenceState): string {
  return JSON.stringify({
    names: names.map(({ service, peerName, port, comment }) => ({
      service,
      peerName,
      port,
      comment,
    })),
    groups: groups.map(({ group, identity, renewsMembers, addresses }) => ({
      group,
      identity,
      renewsMembers,
      addresses,
    })),
  });
}

const nothing: PresenceState = { names: [], groups: [] };

function isEmpty({ names, groups }: PresenceState): boolean {
  return names.length + groups.length === 0;
}

export function presenceText(machine: Machine): PresenceState {
  return readPresence(machine) ?? nothing;
}

/** One phrase for each name and group in which two states differ. */
function phrasesOf(before: PresenceState, wanted: PresenceState, test: boolean): string[] {
  const words = test
    ? { added: "is missing", changed: "differs", removed: "is not wanted" }
    : { added: "added", changed: "changed", removed: "removed" };
  const compare = <T extends object>(
    what: string,
    lists: { old: T[]; now: T[] },
    nameOf: (item: T) => string,
    keyOf: (item: T) => string,
  ): string[] => {
    const old = new Map(lists.old.map((item) => [keyOf(item), item]));
    const now = new Map(lists.now.map((item) => [keyOf(item), item]));
    const phrases: string[] = [];
    for (const [key, item] of [...now].sort()) {
      const present = old.get(key);
      if (!present) phrases.push(`${what} ${nameOf(item)} ${words.added}`);
      else if (JSON.stringify(present) !== JSON.stringify(item)) {
        phrases.push(`${what} ${nameOf(item)} ${words.changed}`);
      }
    }
    for (const [key, item] of [...old].sort()) {
      if (!now.has(key)) phrases.push(`${what} ${nameOf(item)} ${words.removed}`);
    }
    return phrases;
  };
  const normal = (state: PresenceState) => JSON.parse(textOf(state)) as PresenceState;
  const [old, now] = [normal(before), normal(wanted)];
  return [
    ...compare(
      "presence name",
      { old: old.names, now: now.names },
      ({ service }) => service,
      ({ service }) => service,
    ),
    ...compare(
      "presence group",
      { old: old.groups, now: now.groups },
      ({ group }) => group,
      ({ group, identity }) => `${group} ${identity}`,
    ),
  ];
}

function writePresence({ machine, logon }: ActionContext, presence: PresenceState): void {
  const text = textOf(presence);
  const { disk } = machine;
  const present = disk.find(presenceFile) && disk.read(presenceFile, logon).toString("utf8");
  if (present !== text) disk.write(presenceFile, Buffer.from(text), logon);
}

/** Has a running holder leave the groups that are no longer wanted, before their data is deleted. */
export function leaveUnwantedGroups(context: ActionContext, wanted: PresenceState): void {
  const present = readPresence(context.machine);
  if (!present) return;
  const groups = present.groups.filter(({ group, identity }) =>
    wanted.groups.some((other) => other.group === group && other.identity === identity),
  );
  writePresence(context, { ...present, groups });
}

/** Brings the holder to the wanted presence; `before` is what was wanted when the action began. Returns the phrases. */
export async function setPresence(
  context: ActionContext,
  { userPassword }: { userPassword?: string },
  presence: PresenceState,
  before: PresenceState,
): Promise<string[]> {
  const { machine, checkpoint } = context;
  const phrases = phrasesOf(before, presence, false);
  if (isEmpty(presence)) {
    if (removeHolder(machine)) phrases.push("presence holder removed");
    return phrases;
  }
  let isCorrected = false;
  // First, since without a password it ends here with nothing changed.
  const isNew = !holderIsInstalled(machine);
  if (isNew || holderDifferences(machine).length > 0) {
    await install(context, userPassword);
    const { runsAs } = machine.record.holder!;
    phrases.push(isNew ? `presence holder installed (${runsAs})` : "presence holder corrected");
    isCorrected = !isNew;
    checkpoint();
  }
  writePresence(context, presence);
  const runs = holderRunsSince(machine) !== undefined;
  // What runs was logged on by the password of before.
  if (!runs || isCorrected) {
    if (!startHolder(machine)) throw silence(machine);
    phrases.push(runs ? "presence holder restarted" : "presence holder started");
  }
  checkpoint();
  return phrases;
}

async function install({ machine, logon }: ActionContext, password?: string): Promise<void> {
  if (password === undefined) {
    throw new GuestError(
      "HolderNotInstalled",
      "The presence holder has to be installed, and the request has no userPassword.",
      "Give the lab user's password in userPassword: the scheduler starts the holder with it after every boot.",
    );
  }
  const task = await taskLogonOf(machine, logon.userName, password);
  if (typeof task !== "string") {
    installHolder(machine, task, "task");
    return;
  }
  // The policy speaks of the scheduler's store, not of the service manager's.
  const service =
    task === "ERROR_NO_SUCH_LOGON_SESSION" &&
    (await passwordLogon(machine, logon.userName, password));
  if (service && typeof service !== "string") {
    installHolder(machine, service, "service");
    return;
  }
  throw new GuestError(
    "HolderNotInstalled",
    `The scheduler did not take the presence holder's task: ${formatHresult(task)}.`,
    "Check userPassword (0x8007052E: it is not the user's) and the right to log on as a batch job.",
    task,
  );
}

function silence({ record }: Machine): GuestError {
  const code = "ERROR_LOGON_FAILURE";
  const detail =
    record.holder?.runsAs === "task"
      ? `its task ended with or is at ${formatHresult(code)}`
      : "its service is installed";
  return new GuestError(
    "HolderNotInstalled",
    `The presence holder did not begin its work within 60 seconds: ${detail}.`,
    "Read work/holder.log in the guest folder and the history of the task scheduler; 0x8007052E: the password is not the user's any more, give userPassword.",
    code,
  );
}

/** What {@link setPresence} would change, one phrase each; changes nothing. */
export function presenceDrift(machine: Machine, presence: PresenceState): string[] {
  const drift = phrasesOf(presenceText(machine), presence, true);
  const isInstalled = holderIsInstalled(machine);
  if (isEmpty(presence)) return isInstalled ? [...drift, "presence holder is not wanted"] : drift;
  if (!isInstalled) return [...drift, "presence holder is not installed"];
  for (const difference of holderDifferences(machine)) {
    drift.push(`presence holder differs: ${difference}`);
  }
  if (holderRunsSince(machine) === undefined) drift.push("presence holder is not running");
  return drift;
}

export function presenceFacts(machine: Machine): PresenceFacts {
  const { holder } = machine.record;
  return {
    holder: holderState(machine),
    ...(holder && !holder.deleted ? { runsAs: holder.runsAs } : {}),
    names: nameStates(machine).map(({ service, peerName, port, state }) => ({
      service,
      peerName,
      port,
      state,
    })),
    groups: heldGroupFacts(machine),
    clouds: cloudFacts(machine),
  };
}

/** The presence section of the desired state alone, whole or in addition to what is held. */
export const setPeerPresence: Action<SetPeerPresenceRequest, SetPeerPresenceReport> = async (
  context,
  request,
) => {
  const { machine } = context;
  const { adds = false } = request;
  const proof = await capabilityProof(context, request);
  const before = presenceText(machine);
  const wanted = adds ? addedTo(before, request.presence) : request.presence;
  const addsNothing = adds && isEmpty(wanted);
  const changed = addsNothing ? [] : await setPresence(context, request, wanted, before);
  return {
    action: "Set-PeerPresence",
    ...machine.facts,
    changed,
    presence: presenceFacts(machine),
    ...proof,
  };
};

/** What the holder holds. */
export const getPeerPresence: Action<GetPeerPresenceRequest, GetPeerPresenceReport> = async ({
  machine,
}) => ({ action: "Get-PeerPresence", ...machine.facts, presence: presenceFacts(machine) });
