import type { GuestAction } from "../../../guest/contract";
import type { Fault as LabFault } from "../../../local/interfaces";
import type { Machine } from "../../../local/windows";
import * as lab from "../../local/windows/lab";
import {
  labPassword,
  type Ability,
  type Fault,
  type Subject,
  type SubjectMachine,
  type SubjectNetwork,
} from "./subject";

/** The fault of the stand-in that plays a fault of the suite. */
const kinds: Partial<Record<Fault, LabFault["kind"]>> = {
  identityStoreFull: "identityStoreFull",
  keysClosed: "sessionCannotOpenKeys",
  keyFolderRefused: "keyFolderRefused",
  wrongKey: "wrongKey",
  noLicense: "noPeerStack",
};

/** The stand-in's Windows machines, in process: what a command line over SSH would run. */
export const standIn: Subject = {
  name: "stand-in",
  actions: new Set<GuestAction>([
    "Set-PeerMachine",
    "Test-PeerMachine",
    "New-PeerIdentity",
    "Export-PeerIdentity",
    "Import-PeerIdentity",
    "Get-PeerIdentity",
    "Remove-PeerIdentity",
  ]),
  abilities: new Set<Ability>([
    ...(Object.keys(kinds) as Fault[]),
    "keysLost",
    "networking",
    "scheduler",
  ]),
  async openNetwork() {
    return openNetwork();
  },
};

function openNetwork(): SubjectNetwork {
  const opened = lab.openLab();
  const faults = new Map<string, Fault[]>();
  const playFaults = () => {
    opened.faults.clear();
    for (const [match, kept] of faults) {
      for (const fault of kept) opened.faults.add({ kind: kinds[fault]!, match });
    }
  };
  return {
    async machine(name, setup) {
      // No computer's name may be a part of another one's: faults are matched that way.
      if (lab.labPassword !== labPassword) throw new Error("The passwords of the tests differ.");
      const machine = await lab.readyMachine(opened, name);
      const setFaults = async (wanted: Fault[]) => {
        faults.set(name, wanted);
        playFaults();
      };
      await setFaults(setup.faults ?? []);
      return openMachine(opened, machine, setFaults);
    },
    async close() {
      opened.dispose();
    },
  };
}

function openMachine(
  opened: lab.Lab,
  machine: Machine,
  setFaults: SubjectMachine["setFaults"],
): SubjectMachine {
  return {
    name: machine.record.computerName,
    address: opened.network.addressesOf(machine.record.vmId).ipv6[0] ?? "",
    async run(action, request) {
      const { exitCode, stdout, stderr } = await lab.send(machine, action, request);
      return exitCode === 0 ? { report: ownFields(stdout) } : { failure: JSON.parse(stderr) };
    },
    setFaults,
    async play(event) {
      if (event !== "keysLost") throw new Error(`The stand-in does not play ${event}.`);
      const { executionState, error } = await opened.windows.runCommand(machine.record.vmId, {
        ...lab.preparation(),
        script: `net user ${lab.labUser} ${labPassword}`,
        parameters: [],
      });
      if (executionState !== "Succeeded") throw new Error(error);
    },
  };
}

const machineFacts = ["action", "contract", "computerName", "instance", "osBuild"];

/** The report without the action's name and the facts of the machine. */
function ownFields(stdout: string): object {
  const fields = Object.entries(JSON.parse(stdout) as object);
  return Object.fromEntries(fields.filter(([name]) => !machineFacts.includes(name)));
}
