/** A Windows machine, prepared, and with the guest files on it. */
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as compute from "@pulumi/azure-native/compute";
import * as network from "@pulumi/azure-native/network";
import * as remote from "@pulumi/command/remote";
import { contractVersion } from "../../../guest/contract";
import { preparationScript } from "../../../guest/preparation";
import { openings, resourceGroupName, subnet, zoneName } from "./network";
import { jumpHost, kept, newPassword, seed, user } from "./settings";

export const guest = path.join(__dirname, "../../../guest");
const script = preparationScript((file) => fs.readFileSync(path.join(guest, file), "utf8"));

export interface Machine {
  key: string;
  instance: pulumi.Output<string>;
  password: pulumi.Output<string>;
  address: pulumi.Output<string>;
  networking: pulumi.Output<object>;
  connection: remote.CommandArgs["connection"];
  files: pulumi.Output<string>;
  copy: remote.CopyToRemote;
}

export function machine(key: string): Machine {
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
    firewallRules: openings.map(({ name: rule, protocol, port, what, family, from }) => ({
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

/** The last line that a script says. */
export function answerOf(output: string) {
  return JSON.parse(output.trimEnd().split(/\r?\n/).at(-1) ?? "");
}
