/** A stack of one's own with a network for Windows peers and one machine in it. */
import * as pulumi from "@pulumi/pulumi";
import * as resources from "@pulumi/azure-native/resources";
import { PeerNetwork, WindowsPeer, type JumpHost } from "../../components";

const config = new pulumi.Config();
// The local stand-in names its jump host here. Without one the machine gets a public IPv4 address.
const jumpHost: JumpHost | undefined =
  process.env.PEERLAB_JUMP_HOST && JSON.parse(process.env.PEERLAB_JUMP_HOST);

const group = new resources.ResourceGroup("chat");

const network = new PeerNetwork("chat", {
  resourceGroupName: group.name,
  location: group.location,
  adminSources: config.requireObject<string[]>("adminSources"),
  jumpHostAddress: jumpHost?.privateAddress,
  // Ranges of its own, so that this network can be peered with other ones.
  ipv4Space: "10.81.0.0/16",
  ipv6Space: "fd3e:5b7a:914c::/48",
  graphPorts: [{ name: "Chat", port: 4711 }],
});

const peer = new WindowsPeer("chat-1", {
  resourceGroupName: group.name,
  location: group.location,
  subnetId: network.subnetId,
  networking: network.guestNetworking,
  jumpHost,
  timeZone: "W. Europe Standard Time",
});

export const { privateIpv4, privateIpv6, publicIpv4, hostKey, adminPassword } = peer;
