import * as assert from "node:assert/strict";
import { engineTimeout, openLabProject, ran, reached, type LabProject, type Run } from "./labProject";

/** A person's machines as `WindowsPeer`s in one network, the one by the lowest address the seed, and her group. */
const program = `
import * as pulumi from "@pulumi/pulumi";
import * as resources from "@pulumi/azure-native/resources";
import {
  PeerNetwork, PersonalPeerGroup, WindowsPeer, type PersonalPeerGroupArgs,
} from "../../../components";

const config = new pulumi.Config("peerlab");
const timeZones = config.requireObject<Record<string, string>>("machines");
const more = config.getObject<Partial<PersonalPeerGroupArgs>>("group") ?? {};
const jumpHost = JSON.parse(process.env.PEERLAB_JUMP_HOST ?? "{}");

const group = new resources.ResourceGroup("own");
const place = { resourceGroupName: group.name, location: group.location };
const network = new PeerNetwork("own", {
  ...place, adminSources: ["203.0.113.0/24"], jumpHostAddress: jumpHost.privateAddress,
});
const peers = Object.entries(timeZones).map(([key, timeZone]) => [key, new WindowsPeer(key, {
  ...place,
  subnetId: network.subnetId,
  networkSecurityGroupId: network.interfaceSecurityGroupId,
  networking: network.guestNetworking,
  seed: { role: key === "seed" ? "seed" : "peer", server: "seed.example.org" },
  jumpHost,
  timeZone,
  proveCapability: false,
})] as const);
const personal = new PersonalPeerGroup("ada", {
  machines: Object.fromEntries(peers.map(([key, { machine }]) => [key, machine])),
  services: { chat: { port: 5001 } },
  exclusive: true,
  ...more,
});
export const { group: peerGroup, generation, members, leaving, reports, steps } = personal;
`;

describe("engine: a person's group, from its first machine on", function () {
  this.timeout(300_000);
  let lab: LabProject;

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject(program);
  });
  after(() => lab?.close());

  /** Machines by key with their time zones: another one replaces a machine. */
  function configure(machines: Record<string, string>, group: object = {}): void {
    lab.configure({ "azure-native:location": "westeurope", machines, group });
  }

  async function up(...args: string[]): Promise<Run> {
    const run = await lab.up(...args);
    assert.equal(run.code, 0, run.output);
    return run;
  }

  it("creates the group on one machine, and invites the others once", async () => {
    configure({ a: "UTC", b: "UTC", c: "UTC" });
    const run = await up();
    console.log(ran(run));
    console.log(JSON.stringify(await lab.outputs(), undefined, 1));
    console.log(run.output.slice(-3000));
  });

  it("runs nothing the second time", async () => {
    const run = await up("--expect-no-changes");
    assert.deepEqual(reached(run), []);
  });
});
