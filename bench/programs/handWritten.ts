/**
 * The lab of `new PeerLab("lab", { people, adminSources, jumpHost })` as somebody writes it who has the guest files and not the
 * library: the same resources, under the same names where that is natural, with inputs of the same size and real references
 * between them. Its `up` brings the same machines to the same state. What it leaves out is what happens afterwards: machines that
 * are off, replaced or changed by hand, another password, another rotation, a step that failed.
 *
 * tests/bench/handWritten.test.ts holds it to the library's own resources, by type and number.
 */
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as compute from "@pulumi/azure-native/compute";
import * as network from "@pulumi/azure-native/network";
import * as privatedns from "@pulumi/azure-native/privatedns";
import * as resources from "@pulumi/azure-native/resources";
import * as remote from "@pulumi/command/remote";
import {
  contractVersion,
  guestCommand,
  guestFilesHash,
  type GuestAction,
} from "../../guest/contract";
import { preparationScript } from "../../guest/preparation";

const config = new pulumi.Config("peerlab");
const people = config.requireObject<Record<string, { machines: Record<string, object> }>>("people");
const adminSources = config.requireObject<string[]>("adminSources");
const jumpHost = JSON.parse(process.env.PEERLAB_JUMP_HOST ?? "{}");
const keys = Object.values(people).flatMap(({ machines }) => Object.keys(machines));
const user = "labuser";

const guest = path.join(__dirname, "../../guest");
const script = preparationScript((file) => fs.readFileSync(path.join(guest, file), "utf8"));
const sha256 = (data: Uint8Array | string) =>
  crypto.createHash("sha256").update(data).digest("hex");
const guestFiles = guestFilesHash(
  (file) => fs.readFileSync(path.join(guest, "PeerLab", file)),
  sha256,
);
const newPassword = () => `${crypto.randomBytes(15).toString("base64url")}-Aa1`;

/** What has to be remembered from one update to the next; `renewedBy` says when to forget it. */
function kept(name: string, input: pulumi.Input<unknown>, renewedBy?: pulumi.Input<unknown>) {
  return new pulumi.Stash(
    name,
    { input },
    { ignoreChanges: ["input"], replacementTrigger: renewedBy },
  );
}

// The network: both address families, and what may come in.
const space = ["10.80.0.0/16", "fd5a:9c2e:71b0::/48"];
const ranges = ["10.80.0.0/24", "fd5a:9c2e:71b0::/64"];
const administrators = adminSources.map((source) =>
  source.includes("/") ? source : `${source}/32`,
);
const openings = [
  { name: "Grouping", protocol: "TCP" as const, port: 3587, what: "Windows peer-to-peer grouping" },
  { name: "PNRP", protocol: "UDP" as const, port: 3540, what: "Peer Name Resolution Protocol" },
].flatMap((opening) => [
  { ...opening, family: "IPv4" as const, from: [ranges[0]], to: ranges[0] },
  { ...opening, family: "IPv6" as const, from: [ranges[1]], to: ranges[1] },
]);
const open = [
  ...openings,
  {
    name: "SSH",
    protocol: "TCP" as const,
    port: 22,
    what: "Administrators over SSH",
    family: "IPv4" as const,
    from: administrators,
    to: ranges[0],
  },
];

kept("lab-ranges", [...space, ...ranges].join(", "));
const group = new resources.ResourceGroup("lab");
const resourceGroupName = group.name;
const security = new network.NetworkSecurityGroup("lab-security", {
  resourceGroupName,
  securityRules: [
    ...open.map(({ name, protocol, port, what, family, from, to }, index) => ({
      name: `Allow-${name}-${protocol}-${port}-${family}`,
      description: `${what}, ${family}`,
      priority: 100 + index,
      direction: "Inbound",
      access: "Allow",
      protocol: protocol === "TCP" ? "Tcp" : "Udp",
      sourceAddressPrefixes: from,
      sourcePortRange: "*",
      destinationAddressPrefixes: [to],
      destinationPortRange: String(port),
    })),
    {
      name: "Deny-VirtualNetwork",
      description: "Nothing else from the rest of the virtual network and its peerings",
      priority: 4096,
      direction: "Inbound",
      access: "Deny",
      protocol: "*",
      sourceAddressPrefix: "VirtualNetwork",
      sourcePortRange: "*",
      destinationAddressPrefix: "*",
      destinationPortRange: "*",
    },
  ],
});
const outboundAddress = new network.PublicIPAddress("lab-outbound", {
  resourceGroupName,
  publicIPAddressVersion: "IPv4",
  publicIPAllocationMethod: "Static",
  sku: { name: "Standard" },
});
const outbound = new network.NatGateway("lab-outbound", {
  resourceGroupName,
  sku: { name: "Standard" },
  publicIpAddresses: [{ id: outboundAddress.id }],
});
const virtualNetwork = new network.VirtualNetwork(
  "lab-network",
  { resourceGroupName, addressSpace: { addressPrefixes: space } },
  { ignoreChanges: ["subnets"] },
);
const subnet = new network.Subnet("lab-subnet", {
  resourceGroupName,
  virtualNetworkName: virtualNetwork.name,
  addressPrefixes: ranges,
  networkSecurityGroup: { id: security.id },
  natGateway: { id: outbound.id },
  defaultOutboundAccess: false,
});

// The name by which machines find the cloud of peers; the first machine is its seed.
const [seed] = keys;
const zoneName = kept(
  "lab-seed-zone",
  `lab-${crypto.randomBytes(4).toString("hex")}.peerlab.internal`,
).output.apply(String);
const zone = new privatedns.PrivateZone("lab-seed", {
  resourceGroupName,
  privateZoneName: zoneName,
  location: "global",
});
new privatedns.VirtualNetworkLink("lab-seed", {
  resourceGroupName,
  privateZoneName: zone.name,
  location: "global",
  registrationEnabled: false,
  virtualNetwork: { id: virtualNetwork.id },
});

interface Machine {
  key: string;
  instance: pulumi.Output<string>;
  password: pulumi.Output<string>;
  address: pulumi.Output<string>;
  networking: pulumi.Output<object>;
  connection: remote.CommandArgs["connection"];
  files: pulumi.Output<string>;
  copy: remote.CopyToRemote;
}

/** A Windows machine, prepared, and with the guest files on it. */
function machine(key: string): Machine {
  const name = `lab-${key}`;
  kept(`${name}-since`, new Date().toISOString());
  const password = kept(`${name}-password`, pulumi.secret(newPassword())).output.apply(String);
  const nic = new network.NetworkInterface(`${name}-nic`, {
    resourceGroupName,
    ipConfigurations: (["IPv4", "IPv6"] as const).map((version) => ({
      name: version.toLowerCase(),
      primary: version === "IPv4",
      privateIPAddressVersion: version,
      privateIPAllocationMethod: "Dynamic",
      subnet: { id: subnet.id },
    })),
  });
  const address = (configuration: string) =>
    nic.ipConfigurations.apply(
      (all) => all?.find((one) => one.name === configuration)?.privateIPAddress ?? "",
    );
  const vm = new compute.VirtualMachine(
    `${name}-vm`,
    {
      resourceGroupName,
      hardwareProfile: { vmSize: "Standard_D2s_v5" },
      networkProfile: {
        networkInterfaces: [{ id: nic.id, primary: true, deleteOption: "Detach" }],
      },
      osProfile: {
        computerName: key,
        adminUsername: user,
        adminPassword: password,
        windowsConfiguration: {
          provisionVMAgent: true,
          enableAutomaticUpdates: false,
          patchSettings: { patchMode: "Manual" },
        },
      },
      storageProfile: {
        imageReference: {
          publisher: "MicrosoftWindowsDesktop",
          offer: "windows-11",
          sku: "win11-24h2-ent",
          version: "latest",
        },
        osDisk: {
          createOption: "FromImage",
          deleteOption: "Delete",
          managedDisk: { storageAccountType: "StandardSSD_LRS" },
        },
      },
      securityProfile: {
        securityType: "TrustedLaunch",
        uefiSettings: { secureBootEnabled: true, vTpmEnabled: true },
      },
      diagnosticsProfile: { bootDiagnostics: { enabled: true } },
      licenseType: "Windows_Client",
    },
    { deleteBeforeReplace: true },
  );
  const networking = zoneName.apply((dns) => ({
    firewallRules: open.map(({ name: rule, protocol, port, what, family, from }) => ({
      name: `PeerLab-${rule}-${protocol}-${port}-${family}`,
      displayName: `Peer lab: ${what} (${protocol} ${port}, ${family})`,
      protocol,
      port,
      family,
      remoteAddresses: from,
      edgeTraversal: "Block",
    })),
    seed: { role: key === seed ? "seed" : "peer", server: `seed.${dns}` },
  }));
  const settings = networking.apply((known) =>
    Buffer.from(
      JSON.stringify({
        contract: contractVersion,
        labUser: user,
        networking: known,
        outboundTest: ["https://download.windowsupdate.com"],
      }),
    ).toString("base64"),
  );
  const prepared = new compute.VirtualMachineRunCommandByVirtualMachine(
    `${name}-preparation`,
    {
      resourceGroupName,
      vmName: vm.name,
      source: { script },
      parameters: [
        { name: "Settings", value: settings },
        { name: "Attempt", value: kept(`${name}-preparation`, "", vm.vmId).id },
      ],
      asyncExecution: false,
      timeoutInSeconds: 2400,
      treatFailureAsDeploymentFailure: true,
    },
    { deletedWith: vm, deleteBeforeReplace: true },
  );
  const answer = compute.getVirtualMachineRunCommandByVirtualMachineOutput({
    resourceGroupName,
    vmName: vm.name,
    runCommandName: prepared.name,
    expand: "instanceView",
  });
  const hostKey = kept(
    `${name}-host-key`,
    answer.instanceView.apply((view) => answerOf(view?.output ?? "{}").hostKey),
    vm.vmId,
  ).output.apply(String);
  const attempt = kept(`${name}-password-attempt`, "", vm.vmId);
  const tried = kept(`${name}-tried-password`, pulumi.secret(password));
  const applied = kept(
    `${name}-lab-user`,
    pulumi
      .all([attempt.id, vm.vmId, tried.output])
      .apply(([run, instance, secret]) => ({ attempt: run, instance, password: secret })),
    vm.vmId,
  );
  const current = applied.output.apply((known) => String(known.password));
  const files = kept(`${name}-guest-files`, "", vm.vmId).id;
  const connection = {
    host: address("ipv4"),
    port: 22,
    user,
    password: current,
    hostKey,
    dialErrorLimit: 30,
    perDialTimeout: 15,
    proxy: {
      host: jumpHost.host,
      port: jumpHost.port,
      user: jumpHost.user,
      password: pulumi.secret(jumpHost.password),
      hostKey: jumpHost.hostKey,
      dialErrorLimit: 30,
      perDialTimeout: 15,
    },
  };
  const copy = new remote.CopyToRemote(
    `${name}-guest-files`,
    {
      connection,
      source: new pulumi.asset.FileArchive(path.join(guest, "PeerLab")),
      remotePath: "C:/ProgramData",
      triggers: [files],
    },
    { dependsOn: prepared, deletedWith: vm },
  );
  return {
    key,
    instance: vm.vmId,
    password: current,
    address: address("ipv6"),
    networking,
    connection,
    files,
    copy,
  };
}

/** A step on a machine: one action of the guest contract, its request on standard input. */
function step(
  name: string,
  on: Machine,
  action: GuestAction,
  request: pulumi.Input<object>,
  triggers: pulumi.Input<unknown>[],
  dependsOn: pulumi.Input<pulumi.Resource>[],
  secretAnswer = false,
) {
  const stdin = pulumi
    .all([on.instance, on.password, request])
    .apply(([instance, userPassword, known]) =>
      JSON.stringify({ contract: contractVersion, instance, guestFiles, userPassword, ...known }),
    );
  return new remote.Command(
    name,
    {
      connection: on.connection,
      create: guestCommand(action),
      stdin: pulumi.secret(stdin),
      triggers,
      logging: "none",
      addPreviousOutputInEnv: false,
    },
    {
      dependsOn: [on.copy, ...dependsOn],
      ignoreChanges: ["connection", "stdin"],
      additionalSecretOutputs: secretAnswer ? ["stdout", "stderr"] : [],
    },
  );
}

/** The last line that a step says. */
function answerOf(output: string) {
  return JSON.parse(output.trimEnd().split(/\r?\n/).at(-1) ?? "");
}

const machines = new Map(keys.map((key) => [key, machine(key)]));
const first = machines.get(seed) as Machine;
new privatedns.PrivateRecordSet("lab-seed", {
  resourceGroupName,
  privateZoneName: zone.name,
  recordType: "AAAA",
  relativeRecordSetName: "seed",
  ttl: 60,
  aaaaRecords: [{ ipv6Address: first.address }],
});

// One machine shows that their image can run the peer stack, and the seed wakes the cloud.
const capable = step(`lab-${seed}-capability`, first, "Test-PeerCapability", {}, [first.files], []);
const seedName = {
  service: "peerlab-seed",
  peerName: "0.PeerLab-seed",
  port: 3540,
  comment: "PNRP seed",
};
const awake = step(
  "lab-seed",
  first,
  "Set-PeerPresence",
  { presence: { names: [seedName], groups: [] }, adds: true },
  [kept("lab-seed", "", first.instance).id],
  [capable],
);

// Each person's identity: made on her first machine, kept in the state, put on all of them.
const finished = new Map<string, remote.Command>();
for (const [person, { machines: own }] of Object.entries(people)) {
  const name = `lab-${person}`;
  const scope = kept(
    `${name}-scope`,
    `peerlab:${pulumi.getProject()}/${pulumi.getStack()}/${person}`,
  ).output.apply(String);
  kept(`${name}-origin`, "made");
  const generation = kept(`${name}-generation`, "1").output.apply(String);
  const exportPassword = kept(`${name}-export-password`, pulumi.secret(newPassword())).output.apply(
    String,
  );
  const friendlyName = pulumi.interpolate`${scope}#${generation}`;
  const made = step(
    `${name}-export`,
    machines.get(Object.keys(own)[0]) as Machine,
    "Export-PeerIdentity",
    pulumi.all([friendlyName, exportPassword]).apply(([called, secret]) => ({
      friendlyName: called,
      classifier: "PeerLab",
      exportPassword: secret,
    })),
    [generation],
    [capable],
    true,
  );
  const identity = kept(
    `${name}-identity`,
    pulumi.all([made.stdout, friendlyName, exportPassword]).apply(([stdout, called, secret]) => {
      const { peerName, exportedIdentity } = answerOf(stdout);
      return { peerName, friendlyName: called, exportedIdentity, exportPassword: secret };
    }),
    generation,
  );
  for (const key of Object.keys(own)) {
    const on = machines.get(key) as Machine;
    const names = key === seed ? [seedName] : undefined;
    const request = pulumi
      .all([on.networking, scope, identity.output])
      .apply(([networking, owner, wanted]) => ({
        networking,
        identities: { scope: owner, exclusive: true, wanted: [wanted] },
        groups: { scope: owner, exclusive: true, wanted: [] },
        presence: { names: names ?? [], groups: [] },
      }));
    const trigger = kept(`${name}.${key}`, "", on.instance).id;
    const set = step(`${name}.${key}`, on, "Set-PeerMachine", request, [trigger], [awake]);
    finished.set(key, set);
  }
}

// The proof: everybody listens, then everybody tests the six next ones.
const next = (key: string) => {
  const index = keys.indexOf(key);
  return [...keys.slice(index + 1), ...keys.slice(0, index)].slice(0, 6);
};
const listeners = new Map<string, remote.Command>();
for (const [key, on] of keys.length > 1 ? machines : []) {
  const set = finished.get(key) as remote.Command;
  const request = {
    ports: [3587],
    seconds: Math.min(3600, 600 + Math.ceil(keys.length / 4) * 180),
  };
  listeners.set(
    key,
    step(`lab-proof.${key}-listener`, on, "Start-PeerListener", request, [on.instance], [set]),
  );
}
const tests = [...machines].map(([key, on]) => {
  const targets = pulumi
    .all(next(key).map((other) => (machines.get(other) as Machine).address))
    .apply((known) =>
      next(key).map((other, index) => ({ name: other, address: known[index], ports: [3587] })),
    );
  const names = first.address.apply((address) =>
    key === seed ? [] : [{ peerName: seedName.peerName, holders: [address] }],
  );
  return step(
    `lab-proof.${key}-test`,
    on,
    "Test-PeerReachability",
    pulumi
      .all([targets, names])
      .apply(([known, resolved]) => ({ targets: known, names: resolved, settleSeconds: 120 })),
    [on.instance],
    next(key).map((other) => listeners.get(other) as remote.Command),
  );
});
kept("lab-proof", sha256(keys.join(" ")).slice(0, 32));

export const resourceGroup = resourceGroupName;
export const reports = pulumi.all(
  tests.map(({ stdout }) => stdout.apply((text) => answerOf(text).ports)),
);
export const adminPasswords = pulumi.secret(
  pulumi.all(Object.fromEntries([...machines].map(([key, { password }]) => [key, password]))),
);
