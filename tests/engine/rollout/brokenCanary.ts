import * as fs from "node:fs";
import * as path from "node:path";
import type { GuestFirewallRule } from "../../../local/windows/record";
import { guestOf } from "../labState";
import type { StagedLab } from "./stagedLab";

/** Whose machines are the canary, and whose come later: one in each of the two other rings. */
export const canary = ["ada-1", "ada-2"];
export const later = ["grace-1", "grace-2"];

export const rings = [
  { name: "canary", people: ["ada"] },
  { name: "early", machines: ["grace-1"] },
  { name: "wide", machines: ["grace-2"] },
];

export const healthy = {
  "azure-native:location": "westeurope",
  adminSources: ["203.0.113.7"],
  people: {
    ada: { machines: { "ada-1": {}, "ada-2": {} } },
    grace: { machines: { "grace-1": {}, "grace-2": {} } },
  },
  // What fails is not waited for: nothing here gets better by itself.
  proof: { settleSeconds: 5 },
};

/** A change that the canary does not take well, and what everybody has to be told of it. */
export interface BreakingChange {
  /** What is changed. */
  change: string;
  /** How that breaks the canary. */
  breaks: string;
  /** What is there before the change and harms nothing without it. */
  prepare?(lab: StagedLab): void;
  configuration: Record<string, unknown>;
  /** What is changed besides the configuration. */
  apply?(lab: StagedLab): void;
  /** What somebody puts right before the way back; where absent, the way back needs nothing. */
  putRight?(lab: StagedLab): void;
  /** What the report says, and of which machine. */
  machine: string;
  reason: RegExp;
}

const { ada, grace } = healthy.people;

/** The one command line, of all that run on ada-2, that changes it. */
const stepOfAda2 =
  "ada-2 powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File C:/ProgramData/PeerLab/peerlab.ps1 Set-PeerMachine";

/** In the order in which they are tried, on one lab that is rolled back after each. */
export const breakingChanges: BreakingChange[] = [
  {
    change: "a port",
    breaks:
      "somebody's rule of ada-2's Windows Firewall blocks it, which nobody has noticed so far",
    prepare: ({ lab }) => {
      const machine = guestOf(lab, "ada-2");
      const [like] = machine.record.firewallRules.filter(({ port }) => port === 3587);
      machine.record.firewallRules.push(blocking(like, 4711));
      machine.save();
    },
    configuration: { graphPorts: [{ port: 4711 }] },
    machine: "ada-1",
    reason: /TCP 4711 of ada-2.*Block-by-hand/,
  },
  {
    change: "the removal of a machine of a later ring, and a service",
    breaks: "the connection is cut when ada-2's step has had its effect",
    configuration: {
      people: {
        ada: { ...ada, services: { chat: { port: 5001 } } },
        grace: { machines: { "grace-1": {} } },
      },
      rings: rings.slice(0, 2),
    },
    apply: ({ lab }) =>
      lab.standIn.faults.add({
        kind: "dropConnection",
        match: stepOfAda2,
        moment: "after",
        times: 1,
      }),
    machine: "ada-2",
    reason: /./,
  },
  {
    change: "a guest file",
    breaks: "the connection is cut while ada-2 is given the files",
    apply({ lab }) {
      const file = path.join(lab.directory, "guest", "PeerLab", "PeerKeys.cs");
      fs.appendFileSync(file, "\r\n// another\r\n");
      lab.standIn.faults.add({
        kind: "dropConnection",
        match: "ada-2 sftp",
        moment: "during",
        times: 1,
      });
    },
    configuration: {},
    machine: "ada-2",
    reason: /./,
  },
  {
    change: "a rotation",
    breaks: "ada-2's store takes no further identity, and ada-1 has the new one already",
    configuration: { people: { ada: { ...ada, rotation: "2" }, grace } },
    apply: ({ lab }) => lab.standIn.faults.add({ kind: "identityStoreFull", match: "ada-2" }),
    putRight: ({ lab }) => lab.standIn.faults.clear(),
    machine: "ada-2",
    reason: /identit/i,
  },
  {
    change: "the image",
    breaks: "the other image brings no SSH server, and nobody said where to get one",
    configuration: { machineDefaults: { image: "windows-server-2016" } },
    machine: "ada-1",
    reason: /OpenSshUnavailable/,
  },
];

function blocking(like: GuestFirewallRule, port: number): GuestFirewallRule {
  return {
    ...like,
    ...{ name: "Block-by-hand", displayName: "Block by hand", action: "Block", port },
    remoteAddresses: [],
  };
}
