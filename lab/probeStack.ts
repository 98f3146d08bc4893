/**
 * The program of a probe: a network and one machine for each image, reached as the machines of `like` are and made like them,
 * except for what belongs to people. Nobody relies on these machines, so nothing has to be proved first: the one step is the probe
 * itself. The outputs are the answers by machine.
 */
import * as pulumi from "@pulumi/pulumi";
import * as resources from "@pulumi/azure-native/resources";
import { unlessFailed } from "../components/failedResources";
import { guestStep } from "../components/guestSteps";
import type { PeerLabArgs } from "../components/peerLabArgs";
import type { JumpHost } from "../components/peerMachine";
import { PeerNetwork } from "../components/peerNetwork";
import { skipDebugInformation } from "../components/debugInformation";
import { WindowsPeer, type WindowsPeerArgs } from "../components/windowsPeer";
import { imageArguments, type ProbedImage } from "./probedImages";

/** What the program is told in its configuration, as `probe`. */
export interface ProbeSettings {
  images: readonly ProbedImage[];
  /** The lab whose region, way in and kind of machine the throw-away machines get. */
  like: PeerLabArgs;
}

skipDebugInformation();

const { images, like } = new pulumi.Config().requireObject<ProbeSettings>("probe");

const group = new resources.ResourceGroup("probe", {
  ...(like.location ? { location: like.location } : {}),
  tags: like.tags,
});
const shared = { resourceGroupName: group.name, location: group.location, tags: like.tags };
const jumpHost = like.jumpHost as JumpHost | undefined;
const { resourceGroupName, virtualNetworkName, subnetName } = like.existing ?? {};
const network = new PeerNetwork("probe", {
  ...shared,
  adminSources: like.adminSources ?? [],
  jumpHostAddress: jumpHost?.privateAddress,
  // Where a jump host stands in a network of its own, the machines go there too. Otherwise ranges that no lab has by default, so
  // that a way to both stays one way.
  ...(subnetName
    ? { existing: { resourceGroupName, virtualNetworkName, subnetName } }
    : {
        ipv4Space: "10.81.0.0/16",
        ipv6Space: "fd5a:9c2e:71b1::/48",
        // Behind a jump host machines have no address of their own to go out by.
        outbound: jumpHost && ("natGateway" as const),
      }),
});
const defaults: Partial<WindowsPeerArgs> = {
  ...(like.machineDefaults as Partial<WindowsPeerArgs>),
  // What the defaults say of one image does not hold for others, and nobody waits for an evening.
  image: undefined,
  imageReference: undefined,
  trustedLaunch: undefined,
  licenseType: undefined,
  autoShutdown: undefined,
};
/** What each machine answered, by its name; empty for one that could not be asked. */
export const answers: Record<string, pulumi.Output<string>> = {};
for (const { image, machine } of images) {
  const chosen = imageArguments(image);
  const peer = new WindowsPeer(machine, {
    ...defaults,
    ...chosen,
    ...(chosen.imageReference?.offer === "windows-11" ? { trustedLaunch: true } : {}),
    ...shared,
    subnetId: network.subnetId,
    networking: network.guestNetworking,
    networkSecurityGroupId: network.interfaceSecurityGroupId,
    computerName: machine,
    adminUsername: like.adminUsername,
    jumpHost,
    proveCapability: false,
  });
  const probe = guestStep(
    `${machine}-probe`,
    {
      machine: peer.machine,
      machineName: machine,
      action: "Test-PeerStack",
      triggers: [peer.instanceId],
      policy: {},
    },
    { parent: peer },
  );
  // One machine that fails does not keep the others from being told.
  answers[machine] = unlessFailed(probe.stdout, "");
}
