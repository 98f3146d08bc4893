/**
 * Virtual machines of one's own: resource group, addresses, interfaces and VMs are declared here, as an existing stack would
 * have them. Of the library there is the network with its rules, the script that prepares Windows, and one person's identity.
 */
import * as pulumi from "@pulumi/pulumi";
import * as compute from "@pulumi/azure-native/compute";
import * as network from "@pulumi/azure-native/network";
import * as resources from "@pulumi/azure-native/resources";
import {
  PeerNetwork,
  peerPreparationScript,
  peerPreparationSettings,
  SharedPeerIdentity,
  type GuestNetworking,
  type JumpHost,
  type PeerMachine,
} from "../../components";

const config = new pulumi.Config();
const labUser = "labuser";
const adminPassword = config.requireSecret("adminPassword");
// The local stand-in names its jump host here. Without one each machine gets a public IPv4 address.
const jumpHost: JumpHost | undefined = process.env.PEERLAB_JUMP_HOST
  ? JSON.parse(process.env.PEERLAB_JUMP_HOST)
  : undefined;

const group = new resources.ResourceGroup("own");
const place = { resourceGroupName: group.name, location: group.location };

const peers = new PeerNetwork("own", {
  ...place,
  adminSources: config.requireObject<string[]>("adminSources"),
  jumpHostAddress: jumpHost?.privateAddress,
  ipv4Space: "10.82.0.0/16",
  ipv6Space: "fd77:1c0e:52d9::/48",
});

/** The machines and the last part of their addresses. */
const hosts = { desk: 11, laptop: 12 };
const ipv4Of = (host: number) => `10.82.0.${host}`;
const ipv6Of = (host: number) => `fd77:1c0e:52d9::${host}`;

/** The first machine is the one through which the other finds the PNRP cloud: Azure carries no multicast. */
const seed = { role: "seed", server: ipv6Of(hosts.desk) };

const machines: Record<string, pulumi.Output<PeerMachine>> = {};
for (const [name, host] of Object.entries(hosts)) {
  const networking = peers.guestNetworking.apply((rules) => ({
    ...rules,
    seed: host === hosts.desk ? seed : { ...seed, role: "peer" },
  }));
  machines[name] = ownMachine(name, host, networking);
}

const identity = new SharedPeerIdentity("ada", { machines, copyGuestFiles: true });

/** The name under which whichever machine is up is found. */
export const peerName = identity.peerName;
/** What each machine says about the identity it holds. */
export const reports = identity.reports;

/** A VM with interface and, without a jump host, a public address; as the library's steps need to know it. */
function ownMachine(
  name: string,
  host: number,
  networking: pulumi.Output<GuestNetworking>,
): pulumi.Output<PeerMachine> {
  const address = jumpHost
    ? undefined
    : new network.PublicIPAddress(name, {
        ...place,
        publicIPAddressVersion: "IPv4",
        publicIPAllocationMethod: "Static",
        sku: { name: "Standard" },
      });
  const nic = new network.NetworkInterface(name, {
    ...place,
    ipConfigurations: [
      {
        name: "ipv4",
        primary: true,
        privateIPAddressVersion: "IPv4",
        privateIPAllocationMethod: "Static",
        privateIPAddress: ipv4Of(host),
        subnet: { id: peers.subnetId },
        publicIPAddress: address && { id: address.id },
      },
      {
        name: "ipv6",
        privateIPAddressVersion: "IPv6",
        privateIPAllocationMethod: "Static",
        privateIPAddress: ipv6Of(host),
        subnet: { id: peers.subnetId },
      },
    ],
  });
  const vm = new compute.VirtualMachine(
    name,
    {
      ...place,
      hardwareProfile: { vmSize: "Standard_D2s_v5" },
      networkProfile: { networkInterfaces: [{ id: nic.id, primary: true }] },
      osProfile: { computerName: name, adminUsername: labUser, adminPassword },
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
      licenseType: "Windows_Client",
    },
    // The interface can be on one VM only, so the old one goes first.
    { deleteBeforeReplace: true },
  );
  const preparation = new compute.VirtualMachineRunCommandByVirtualMachine(
    name,
    {
      ...place,
      vmName: vm.name,
      source: { script: peerPreparationScript() },
      parameters: [
        {
          name: "Settings",
          value: networking.apply((known) =>
            peerPreparationSettings({ labUser, networking: known }),
          ),
        },
      ],
      timeoutInSeconds: 40 * 60,
      treatFailureAsDeploymentFailure: true,
    },
    { deletedWith: vm, customTimeouts: { create: "50m", update: "50m" } },
  );
  // Asked for, and not taken from the resources: azure-native calls most outputs unknown in the preview of any update.
  const { resourceGroupName } = place;
  const { vmId } = compute.getVirtualMachineOutput({ resourceGroupName, vmName: nameOf(vm) });
  const { instanceView } = compute.getVirtualMachineRunCommandByVirtualMachineOutput({
    resourceGroupName,
    vmName: nameOf(vm),
    runCommandName: nameOf(preparation),
    expand: "instanceView",
  });
  return pulumi
    .all([vmId, instanceView, networking, adminPassword, address?.ipAddress])
    .apply(([instanceId, view, rules, password, publicIpv4]) => ({
      instanceId,
      connection: {
        host: publicIpv4 ?? ipv4Of(host),
        user: labUser,
        password,
        hostKey: hostKeyOf(view.output),
        jumpHost,
      },
      networking: rules,
    }));
}

/** The last line that the preparation writes is JSON, and holds the SSH server's public key. */
function hostKeyOf(output = ""): string {
  return JSON.parse(output.trimEnd().split(/\r?\n/).pop() ?? "").hostKey;
}

/** Unknown as long as the resource is still to be made, so that a preview asks for nothing that is not there. */
function nameOf(resource: { id: pulumi.Output<string>; name: pulumi.Output<string> }) {
  return pulumi.all([resource.id, resource.name]).apply(([, name]) => name);
}
