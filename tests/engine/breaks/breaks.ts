import { presenceFile, readPresence, removeHolder } from "../../../local/windows/holder";
import { registryKeys, writeRegistry } from "../../../local/windows/registry";
import { localSystem } from "../../../local/windows/accounts";
import type { LabProject } from "../labProject";
import type { Machine } from "../../../local/windows";

/** The lab that is broken: one person who shares an identity, one who has a group, three services; ada-1 is the seed. */
export const brokenLab = {
  "azure-native:location": "westeurope",
  adminSources: ["203.0.113.7"],
  people: {
    ada: {
      machines: { "ada-1": {}, "ada-2": {} },
      services: { chat: { port: 5001, comment: "Chat of Ada" }, files: { port: 5002 } },
    },
    grace: {
      sharing: "group",
      machines: { "grace-1": {}, "grace-2": {} },
      services: { board: { port: 5003 } },
    },
  },
  // What fails is not waited for: nothing here gets better by itself.
  proof: { settleSeconds: 1 },
};

/** One thing that somebody breaks behind the library's back, and by what the lab notices it. */
export interface Break {
  /** What is broken, in words. */
  what: string;
  breaks(lab: LabProject): Promise<unknown> | void;
  /** What a check says, each of these. */
  says: RegExp[];
  /** What a failed proof of an update says; the same as a check where absent. */
  proofSays?: RegExp[];
  /** Whether the proof of an update can see it at all; where it cannot, the update passes. True where absent. */
  proofSees?: false;
  /** Whether `reconcile` puts it right: what is the library's own on a machine. */
  reconciles: boolean;
  /** Whether it goes through updates where few do. */
  alwaysUpdated?: true;
}

/** Something that is changed on a machine by hand. */
function onMachine(key: string, change: (machine: Machine) => void): Break["breaks"] {
  return (lab) => {
    const machine = lab.standIn.windows.machine(key);
    change(machine);
    machine.save();
  };
}

const rulesOf = (machine: Machine, port: number) =>
  machine.record.firewallRules.filter(
    (rule) => rule.port === port && rule.name.startsWith("PeerLab-"),
  );

function stop(machine: Machine, name: string, startType?: "Disabled"): void {
  const service = machine.record.services[name];
  service.status = "Stopped";
  if (startType) service.startType = startType;
}

/** Of the stand-in's resources, the one of this type, by the end of its name. */
function resourceOf(lab: LabProject, type: string, name = ""): string {
  const found = lab.standIn.azure
    .resources()
    .find((resource) => resource.type.endsWith(`/${type}`) && resource.name.startsWith(name));
  if (!found) throw new Error(`there is no ${type} ${name}`);
  return found.id;
}

const nameOf = (id: string) => id.split("/").at(-1) ?? "";
const groupOf = (id: string) => id.split("/")[4];

/** Denies TCP ports in front of the lab's own rules. */
const denied = (ports: string) => (lab: LabProject) => {
  const group = resourceOf(lab, "networkSecurityGroups");
  return lab.standIn.azure.putResource("azure-native:network:SecurityRule", {
    resourceGroupName: groupOf(group),
    networkSecurityGroupName: nameOf(group),
    securityRuleName: "Deny-by-hand",
    // Between the lab's fixed rules and those of its services.
    priority: 110,
    direction: "Inbound",
    access: "Deny",
    protocol: "*",
    sourceAddressPrefix: "*",
    sourcePortRange: "*",
    destinationAddressPrefix: "*",
    destinationPortRange: ports,
  });
};

/** In the order of the layers: Azure, Windows' networking, its services, the holder, identities and groups, programs. */
export const breaks: Break[] = [
  {
    what: "a security rule in front denies the ports of the services",
    breaks: denied("5001-5003"),
    says: [/ada-2 (does not reach|cannot reach).* TCP 5001 of ada-1.*Deny-by-hand/],
    reconciles: false,
  },
  {
    what: "the record of the seed is deleted",
    breaks: (lab) => lab.standIn.azure.deleteResource(resourceOf(lab, "AAAA")),
    says: [/grace-1.*alone/],
    reconciles: false,
  },
  {
    what: "the seed is asleep: its holder does not run and its cloud is not initialised",
    breaks: onMachine("ada-1", (machine) => {
      removeHolder(machine);
      delete machine.record.cloudInitialised;
    }),
    says: [/ada-1.*presence holder is not installed/],
    proofSays: [/ada-1.*holder/],
    reconciles: true,
  },
  {
    what: "the seed is switched off",
    breaks: (lab) =>
      lab.standIn.azure.setPower(lab.standIn.windows.machine("ada-1").record.vmId, "deallocated"),
    says: [/ada-1.*off/, /alone/],
    reconciles: false,
  },
  {
    what: "the rule for a service is disabled in the Windows Firewall",
    breaks: onMachine("ada-1", (machine) => {
      for (const rule of rulesOf(machine, 5001)) rule.enabled = false;
    }),
    says: [/TCP 5001 of ada-1.*Windows Firewall/],
    reconciles: true,
  },
  {
    what: "the rule for Grouping is removed from the Windows Firewall",
    breaks: onMachine("grace-1", ({ record }) => {
      record.firewallRules = record.firewallRules.filter(
        ({ port, name }) => port !== 3587 || !name.startsWith("PeerLab-"),
      );
    }),
    says: [/TCP 3587 of grace-1.*Windows Firewall/],
    reconciles: true,
  },
  {
    what: "somebody's rule of the Windows Firewall blocks a service",
    breaks: onMachine("grace-2", ({ record }) => {
      const [like] = record.firewallRules.filter(({ port }) => port === 5003);
      record.firewallRules.push({
        ...like,
        name: "Block-by-hand",
        displayName: "Block by hand",
        action: "Block",
        remoteAddresses: [],
      });
    }),
    says: [/TCP 5003 of grace-2.*Block-by-hand/],
    reconciles: false,
  },
  {
    what: "the rule for PNRP is disabled in the Windows Firewall of the seed",
    breaks: onMachine("ada-1", (machine) => {
      for (const rule of rulesOf(machine, 3540)) rule.enabled = false;
    }),
    says: [/ada-1.*(firewall rule|Windows Firewall|PNRP)/],
    reconciles: true,
  },
  {
    what: "IPv6 is not bound to the adapter",
    breaks: onMachine("ada-2", ({ record }) => {
      record.ipv6.bindingEnabled = false;
    }),
    says: [/ada-2.*IPv6/],
    reconciles: false,
  },
  {
    what: "a registry value takes IPv6 off the adapters, and Windows was restarted",
    breaks: onMachine("ada-2", (machine) => {
      writeRegistry(
        machine.record.registry,
        registryKeys.ipv6Parameters,
        "DisabledComponents",
        0xff,
      );
      machine.reboot();
    }),
    says: [/ada-2.*(IPv6|DisabledComponents)/],
    reconciles: false,
  },
  {
    what: "PNRPsvc is stopped",
    breaks: onMachine("grace-1", (machine) => stop(machine, "PNRPsvc")),
    says: [/grace-1.*PNRPsvc/],
    proofSays: [/grace-1.*(cloud|PNRP|registered)/],
    reconciles: true,
  },
  {
    what: "p2psvc is disabled",
    breaks: onMachine("grace-2", (machine) => stop(machine, "p2psvc", "Disabled")),
    says: [/grace-2.*p2psvc/],
    proofSays: [/grace-2.*group/],
    reconciles: true,
  },
  {
    what: "PNRPsvc's own store is corrupted, and Windows was restarted",
    breaks(lab) {
      lab.standIn.faults.add({ kind: "pnrpStoreCorrupted", match: "grace-2", times: 1 });
      lab.standIn.windows.machine("grace-2").reboot();
    },
    says: [/grace-2.*PEER_E_CERT_STORE_CORRUPTED/],
    proofSays: [/grace-2.*(cloud|PNRP|registered)/],
    reconciles: true,
  },
  {
    what: "the policy switches Windows' peer networking off",
    breaks: onMachine("grace-1", ({ record }) => {
      writeRegistry(record.registry, registryKeys.peernetPolicy, "Disabled", 1);
    }),
    says: [/grace-1.*Disabled/],
    proofSays: [/grace-1.*(cloud|PNRP|registered)/],
    reconciles: true,
    alwaysUpdated: true,
  },
  {
    what: "the policy switches the global cloud off",
    breaks: onMachine("grace-1", ({ record }) => {
      writeRegistry(record.registry, registryKeys.globalCloudPolicy, "Disabled", 1);
    }),
    says: [/grace-1.*cloud/],
    reconciles: false,
  },
  {
    what: "the policy names another seed",
    breaks: onMachine("grace-2", ({ record }) => {
      const { globalCloudPolicy } = registryKeys;
      writeRegistry(record.registry, globalCloudPolicy, "SeedServer", "seed.example.net");
    }),
    says: [/grace-2.*SeedServer/],
    proofSays: [/grace-2.*alone/],
    reconciles: true,
  },
  {
    what: "the holder's process was ended",
    breaks: (lab) => {
      lab.standIn.faults.add({ kind: "holderKilled", match: "grace-2", times: 1 });
    },
    says: [/grace-2.*holder is not running/],
    proofSays: [/grace-2.*holder/],
    reconciles: true,
  },
  {
    what: "the holder's task is removed",
    breaks: onMachine("ada-2", (machine) => {
      delete machine.record.holder;
    }),
    says: [/ada-2.*holder is not installed/],
    proofSays: [/ada-2.*holder/],
    reconciles: true,
  },
  {
    what: "the password that the holder's task keeps is stale, and Windows was restarted",
    breaks: onMachine("ada-2", (machine) => {
      if (machine.record.holder) machine.record.holder.verifier = "another";
      machine.reboot();
    }),
    says: [/ada-2.*holder (differs|is not running)/],
    proofSays: [/ada-2.*holder/],
    reconciles: true,
  },
  {
    what: "a service was taken out of what the holder holds",
    breaks: onMachine("ada-1", (machine) => {
      const presence = readPresence(machine)!;
      const names = presence.names.filter(({ service }) => service !== "files");
      const text = Buffer.from(JSON.stringify({ ...presence, names }));
      machine.disk.write(presenceFile, text, localSystem);
    }),
    says: [/ada-1.*files.*missing/],
    proofSays: [/ada-1.*files/],
    reconciles: true,
  },
  {
    what: "the clock is off by a day",
    breaks: onMachine("grace-2", ({ record }) => {
      record.clockOffset = -24 * 3_600_000;
    }),
    says: [/clock of grace-2|grace-2.*clock/],
    reconciles: false,
  },
  {
    what: "the identity was deleted",
    breaks: onMachine("ada-2", ({ record }) => {
      record.identities.labuser = [];
    }),
    says: [/ada-2.*identity.*missing/],
    proofSays: [/ada-2.*PEER_E_IDENTITY_NOT_FOUND/],
    reconciles: true,
  },
  {
    what: "the lab user has lost the right to log on as a batch job, and Windows was restarted",
    breaks: onMachine("ada-2", (machine) => {
      machine.record.accounts[0].lostRights = ["SeBatchLogonRight"];
      machine.reboot();
    }),
    says: [/ada-2.*holder/],
    reconciles: true,
  },
  {
    what: "the holder's task ends after 72 hours",
    breaks: onMachine("grace-1", ({ record }) => {
      record.holder!.altered = ["Settings.ExecutionTimeLimit"];
    }),
    says: [/grace-1.*ExecutionTimeLimit/],
    proofSees: false,
    reconciles: true,
  },
  {
    what: "another program has taken Grouping's port",
    breaks: onMachine("ada-2", ({ record }) => {
      record.programs = [{ program: "python.exe", port: 3587 }];
    }),
    says: [/3587.*python\.exe|python\.exe.*3587/],
    reconciles: false,
  },
  {
    what: "somebody has registered the name of a service already",
    breaks: onMachine("ada-1", (machine) => {
      const { names } = readPresence(machine)!;
      const { peerName, port } = names.find(({ service }) => service === "chat")!;
      machine.record.registrations = [{ peerName, port }];
    }),
    says: [/ada-1.*PEER_E_DUPLICATE_PEER_NAME/],
    reconciles: false,
  },
];
