import type * as pulumi from "@pulumi/pulumi";
import * as resources from "@pulumi/azure-native/resources";
import { guestStep } from "../components/guestSteps";
import type { JumpHost } from "../components/peerMachine";
import type { PeerLabArgs } from "../components/peerLabArgs";
import { PeerNetwork } from "../components/peerNetwork";
import { imagePresets, type ImageDefinition } from "../components/plan/images";
import { WindowsPeer, type WindowsPeerArgs } from "../components/windowsPeer";

/** One image to be tried, and the machine that is made for it. */
export interface ProbedImage {
  /** As it was asked for: the name of a preset, an ARM id, or `publisher:offer:sku:version`. */
  image: string;
  /** Name of the machine; no other one begins with it. */
  machine: string;
}

/** Every image that has a name of its own. */
export const knownImages = Object.keys(imagePresets);

/** The images of a command line, or all that have a name. Throws where a text is none of the three forms. */
export function probedImages(wanted: readonly string[]): ProbedImage[] {
  const images = wanted.length > 0 ? [...new Set(wanted)] : knownImages;
  images.forEach(imageArguments);
  return images.map((image, index) => ({
    image,
    machine: `probe-${String(index + 1).padStart(2, "0")}`,
  }));
}

function imageArguments(image: string): { image?: string; imageReference?: ImageDefinition } {
  if (knownImages.includes(image)) return { image };
  if (image.startsWith("/subscriptions/")) return { imageReference: { id: image } };
  const parts = image.split(":");
  if ((parts.length !== 3 && parts.length !== 4) || parts.some((part) => part === "")) {
    throw new Error(
      `${JSON.stringify(image)} is no image: give ${knownImages.join(", ")}, publisher:offer:sku[:version], or an ARM id.`,
    );
  }
  const [publisher, offer, sku, version = "latest"] = parts;
  return { imageReference: { publisher, offer, sku, version } };
}

/**
 * A network and one machine for each image, reached as the machines of `like` are and made like them, except for what belongs
 * to people. Nobody relies on these machines, so nothing has to be proved first: the one step is the probe itself. The outputs
 * are the answers by machine.
 */
export function probeProgram(
  images: readonly ProbedImage[],
  like: PeerLabArgs,
): () => Promise<Record<string, pulumi.Output<string>>> {
  return async () => {
    const group = new resources.ResourceGroup("probe", {
      ...(like.location ? { location: like.location } : {}),
      tags: like.tags,
    });
    const shared = { resourceGroupName: group.name, location: group.location, tags: like.tags };
    const jumpHost = like.jumpHost as JumpHost | undefined;
    const network = new PeerNetwork("probe", {
      ...shared,
      adminSources: like.adminSources ?? [],
      jumpHostAddress: jumpHost?.privateAddress,
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
    const answers: Record<string, pulumi.Output<string>> = {};
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
      answers[machine] = probe.stdout;
    }
    return answers;
  };
}
