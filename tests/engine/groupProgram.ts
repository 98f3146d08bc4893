import type { PersonalPeerGroup } from "../../components";

/** A person's machines as `WindowsPeer`s in one network, a seed that is somebody else's, and her group. */
export const groupProgram = `
import * as pulumi from "@pulumi/pulumi";
import * as resources from "@pulumi/azure-native/resources";
import {
  PeerNetwork, PersonalPeerGroup, SharedPeerIdentity, WindowsPeer, type PersonalPeerGroupArgs,
  type SeedArgs,
} from "../../../components";

const config = new pulumi.Config("peerlab");
const jumpHost = JSON.parse(process.env.PEERLAB_JUMP_HOST ?? "{}");
const group = new resources.ResourceGroup("own");
const place = { resourceGroupName: group.name, location: group.location };
const network = new PeerNetwork("own", {
  ...place, adminSources: ["203.0.113.0/24"], jumpHostAddress: jumpHost.privateAddress,
});
const peer = (key: string, timeZone: string, seed: pulumi.Input<SeedArgs>) => new WindowsPeer(key, {
  ...place,
  subnetId: network.subnetId,
  networkSecurityGroupId: network.interfaceSecurityGroupId,
  networking: network.guestNetworking,
  seed, jumpHost, timeZone,
  proveCapability: false,
}, { parent: group });

const seed = peer("seed", "UTC", { role: "seed", server: "seed.example.org" });
const woken = new SharedPeerIdentity("cloud", { machines: { seed: seed.machine }, services: {} });
const part: pulumi.Output<SeedArgs> =
  seed.privateIpv6.apply((server): SeedArgs => ({ role: "peer", server }));
const machines = Object.entries(config.requireObject<Record<string, string>>("machines"))
  .map(([key, timeZone]) => [key, peer(key, timeZone, part).machine]);
const personal = new PersonalPeerGroup("ada", {
  machines: Object.fromEntries(machines),
  services: { chat: { port: 5001 } },
  exclusive: true,
  after: [woken.steps.apply(({ seed: step }) => step)],
  ...config.requireObject<Partial<PersonalPeerGroupArgs>>("group"),
});
export const { group: peerGroup, generation, members, leaving, reports, steps } = personal;
`;

/** What the program says of the group. */
export type GroupOutputs = {
  [K in "generation" | "members" | "leaving" | "reports" | "steps"]: PersonalPeerGroup[K] extends {
    get(): infer T;
  }
    ? T
    : never;
} & { peerGroup: string };
