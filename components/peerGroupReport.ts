import type * as pulumi from "@pulumi/pulumi";
import type * as remote from "@pulumi/command/remote";
import { unlessFailed } from "./failedResources";
import { machineReport } from "./machineReport";
import type { Lean } from "./leanResource";
import { together } from "./outputs";
import type { PeerMachine } from "./peerMachine";

/** What a machine said about the group it belongs to. */
export interface PeerGroupReport {
  /** The secure peer name of the machine's own identity; empty where the machine failed. */
  peerName: string;
  /** Whether the machine could sign with the key. */
  usable: boolean;
  /** Windows' own name of the machine. */
  computerName: string;
  /**
   * What it waits for: `reboot`, `power on` while it is off, or `group` as long as it has not been connected to another member.
   * Empty where the machine is ready.
   */
  pending: string[];
  /** Peer name of the group it belongs to; empty where the machine failed. */
  group: string;
  /** `connected` to another member, `listening` where it found none, or why it could not try. */
  connection: string;
  /** What it may do: `administrator`, `invitingMember` or `member`. */
  role: string;
  /** When its credential ends unless it is renewed: ISO 8601, UTC. Empty where it has not been connected to another member. */
  expires: string;
}

/** The report of a machine that failed in this update. */
const notReady: PeerGroupReport = {
  peerName: "",
  usable: false,
  computerName: "",
  pending: [],
  group: "",
  connection: "",
  role: "",
  expires: "",
};

/** What the machine said at its last step; one that failed does not keep the others from reporting. */
export function groupReport(
  key: string,
  machine: pulumi.Output<PeerMachine>,
  step: Lean<remote.Command>,
  own: pulumi.Output<string>,
  group: pulumi.Output<string>,
): pulumi.Output<PeerGroupReport> {
  const said = together([machineReport(key, machine, step, own), group]).apply(
    ([{ report, identity, pending, refuse }, wanted]) => {
      if (!report || !identity) return { ...notReady, pending };
      const { peerName, usable } = identity;
      const facts = report.groups?.find(
        (candidate) => candidate.group === wanted && candidate.identity === peerName,
      );
      // What it said is of the group before: its step waits for an update in which it is on.
      if (!facts && pending.includes("power on")) return { ...notReady, pending };
      if (!facts) return refuse(`no membership of the group ${wanted}`);
      const { connection, members } = facts;
      const member = members.find((candidate) => candidate.peerName === peerName);
      const { role = "", expires = "" } = member ?? {};
      const { computerName } = report;
      if (expires === "") pending.push("group");
      return {
        ...{ peerName, usable, computerName, pending },
        group: wanted,
        connection,
        role,
        expires,
      };
    },
  );
  return unlessFailed(said, notReady);
}
