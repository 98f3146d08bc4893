import { firewallRulePrefix, type GuestAction } from "../../../guest/contract";
import type { Fault as LabFault } from "../../../local/interfaces";
import type { Machine } from "../../../local/windows";
import { registryKeys, writeRegistry } from "../../../local/windows/registry";
import * as lab from "../../local/windows/lab";
import {
  labPassword,
  otherPassword,
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
  pnrpStoreCorrupted: "pnrpStoreCorrupted",
  pnrpNoKeyAccess: "pnrpNoKeyAccess",
  storeCorrupted: "identityStoreCorrupted",
};

/** What a machine stays in until it is put right, although the fault came once. */
const lasting: readonly Fault[] = ["storeCorrupted", "pnrpStoreCorrupted", "pnrpNoKeyAccess"];

/** How far the clock of a machine with `clockAhead` is ahead, and a fortnight: milliseconds. */
const day = 86_400_000;

const pnrpPort = 3540;

/**
 * What is done to the machine itself, and undone where the fault is no longer set. Without `ipv6Off`: before p2p.dll is asked,
 * the whole of the Windows side says `IPv6Disabled`.
 */
const conditions: Partial<Record<Fault, (machine: Machine, isSet: boolean) => void>> = {
  pnrpStopped({ record, startService }, isSet) {
    const service = record.services.PNRPsvc!;
    service.startType = isSet ? "Disabled" : "Automatic";
    if (isSet) service.status = "Stopped";
    else startService("PNRPsvc");
  },
  noCloud({ record }, isSet) {
    const key = registryKeys.globalCloudPolicy;
    writeRegistry(record.registry, key, "Disabled", isSet ? 1 : undefined);
  },
  ipv6Disabled({ record, save }, isSet) {
    const { registry, ipv6 } = record;
    const key = registryKeys.ipv6Parameters;
    writeRegistry(registry, key, "DisabledComponents", isSet ? 255 : undefined);
    ipv6.disabledComponentsAtBoot = isSet ? 255 : 0;
    save();
  },
  ipv6Unbound({ record }, isSet) {
    record.ipv6.bindingEnabled = !isSet;
  },
  peernetDisabled({ record }, isSet) {
    writeRegistry(record.registry, registryKeys.peernetPolicy, "Disabled", isSet ? 1 : undefined);
  },
  storedPasswordsForbidden({ record }, isSet) {
    writeRegistry(record.registry, registryKeys.lsa, "DisableDomainCreds", isSet ? 1 : undefined);
  },
  portReserved({ record }, isSet) {
    record.reservedPorts = isSet ? [47303] : [];
  },
  clockAhead({ record }, isSet) {
    record.clockOffset = isSet ? day : 0;
  },
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
    "New-PeerGroup",
    "New-PeerGroupInvitation",
    "Join-PeerGroup",
    "Get-PeerGroup",
    "Remove-PeerGroup",
    "Set-PeerPresence",
    "Get-PeerPresence",
    "Set-PeerNetworking",
    "Test-PeerCapability",
    "Test-PeerStack",
    "Start-PeerListener",
    "Stop-PeerListener",
    "Test-PeerReachability",
    "Restart-PeerMachine",
    "Confirm-PeerBoot",
    "Get-PeerReport",
    "Get-PeerDiagnostics",
  ]),
  abilities: new Set<Ability>([
    ...(Object.keys(kinds) as Fault[]),
    ...(Object.keys(conditions) as Fault[]),
    "cloudAlone",
    "inboundDropped",
    "keysLost",
    "passwordChanged",
    "reboot",
    "holderKilled",
    "batchRightLost",
    "rulesDisabled",
    "fortnight",
    "network",
    "connections",
    "server",
    "networking",
    "scheduler",
  ]),
  async openNetwork() {
    return openNetwork();
  },
};

function openNetwork(): SubjectNetwork {
  const opened = lab.openLab("works");
  const faults = new Map<string, Fault[]>();
  const addresses = new Map<string, string[]>();
  const playFaults = () => {
    opened.faults.clear();
    for (const [match, kept] of faults) {
      for (const fault of kept) {
        const kind = kinds[fault];
        const times = lasting.includes(fault) ? { times: 1 } : {};
        if (kind) opened.faults.add({ kind, match, ...times });
      }
    }
  };
  const ofMachines = (fault: Fault) =>
    [...faults].flatMap(([name, kept]) => (kept.includes(fault) ? addresses.get(name)! : []));
  opened.network.refuses = ({ from, to, protocol, port }) => {
    if (ofMachines("inboundDropped").includes(to)) return true;
    const isPnrp = protocol === "UDP" && port === pnrpPort;
    return isPnrp && ofMachines("cloudAlone").some((address) => [from, to].includes(address));
  };
  return {
    async machine(name, setup) {
      // No computer's name may be a part of another one's: faults are matched that way.
      if (lab.labPassword !== labPassword) throw new Error("The passwords of the tests differ.");
      const image = setup.kind === "server" ? lab.images.server2025 : lab.images.windows11;
      const machine = await lab.networkedMachine(opened, name, image);
      addresses.set(name, opened.network.addressesOf(machine.record.vmId).ipv6);
      const setFaults = async (wanted: Fault[]) => {
        for (const [fault, set] of Object.entries(conditions) as [
          Fault,
          (machine: Machine, isSet: boolean) => void,
        ][]) {
          const isSet = wanted.includes(fault);
          if (isSet !== (faults.get(name) ?? []).includes(fault)) set(machine, isSet);
        }
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
  const { computerName, vmId } = machine.record;
  return {
    name: computerName,
    address: opened.network.addressesOf(vmId).ipv6[0] ?? "",
    async run(action, request) {
      const { exitCode, stdout, stderr } = await lab.send(machine, action, request);
      return exitCode === 0 ? { report: ownFields(stdout) } : { failure: JSON.parse(stderr) };
    },
    setFaults,
    async play(event) {
      switch (event) {
        case "keysLost":
          return opened.windows.resetPassword(vmId, lab.labUser, labPassword);
        case "passwordChanged":
          await lab.changePassword(machine, lab.labPassword, otherPassword);
          return lab.changePassword(machine, otherPassword, lab.labPassword);
        case "reboot":
          opened.clock.now += 60_000;
          return machine.reboot();
        case "holderKilled":
          return opened.faults.add({ kind: "holderKilled", match: computerName, times: 1 });
        case "batchRightLost":
          machine.record.accounts[0]!.lostRights = ["SeBatchLogonRight"];
          return;
        case "rulesDisabled":
          for (const rule of machine.record.firewallRules) {
            if (rule.name.startsWith(firewallRulePrefix)) rule.enabled = false;
          }
          return;
        case "fortnight":
          opened.clock.now += 14 * day;
      }
    },
  };
}

const machineFacts = ["action", "contract", "computerName", "instance", "osBuild"];

/** The report without the action's name and the facts of the machine. */
function ownFields(stdout: string): object {
  const fields = Object.entries(JSON.parse(stdout) as object);
  return Object.fromEntries(fields.filter(([name]) => !machineFacts.includes(name)));
}
