import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { readAzureState } from "../../local/azure";
import { engineTimeout, openLabProject, reached, type LabProject } from "./labProject";

/** Somebody else's program, which owns network, subnet and security groups. */
const ownersProgram = `
import * as network from "@pulumi/azure-native/network";
import * as resources from "@pulumi/azure-native/resources";
const resourceGroupName = new resources.ResourceGroup("theirs", { resourceGroupName: "theirs", location: "northeurope" }).name;
const virtualNetworkName = new network.VirtualNetwork(
  "net",
  { resourceGroupName, virtualNetworkName: "net", addressSpace: { addressPrefixes: ["10.70.0.0/16", "fd70::/48"] } },
  { ignoreChanges: ["subnets"] },
).name;
new network.Subnet("peers", { resourceGroupName, virtualNetworkName, subnetName: "peers", addressPrefixes: ["10.70.1.0/24", "fd70:0:0:1::/64"] });
const web = { protocol: "Tcp", sourceAddressPrefix: "*", sourcePortRange: "*", destinationAddressPrefix: "*", destinationPortRange: "443" };
const group = (name: string, rule: { name: string; priority: number; access: string; protocol: string; destinationPortRange: string }) =>
  new network.NetworkSecurityGroup(
    name,
    { resourceGroupName, networkSecurityGroupName: name, securityRules: [{ ...web, direction: "Inbound", ...rule }] },
    { ignoreChanges: ["securityRules"] },
  );
group("open", { name: "Web", priority: 200, access: "Allow", protocol: "Tcp", destinationPortRange: "443" });
group("closed", { name: "No-UDP", priority: 150, access: "Deny", protocol: "Udp", destinationPortRange: "*" });
`;

const base = {
  "azure-native:location": "northeurope",
  adminSources: ["203.0.113.7"],
  people: { ada: { machines: { "ada-1": {}, "ada-2": {} } } },
};
const existing = {
  resourceGroupName: "theirs",
  virtualNetworkName: "net",
  subnetName: "peers",
  networkSecurityGroupName: "open",
  firstPriority: 1000,
};

describe("engine: a lab in a network of somebody else's", function () {
  this.timeout(180_000);
  let lab: LabProject;
  let owner: string[];

  before(async function () {
    this.timeout(engineTimeout);
    lab = await openLabProject();
    const folder = path.join(lab.directory, "owner");
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "name: owner\nruntime: nodejs\n");
    fs.writeFileSync(path.join(folder, "index.ts"), ownersProgram);
    fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "owner" }));
    fs.copyFileSync(path.join(lab.directory, "tsconfig.json"), path.join(folder, "tsconfig.json"));
    owner = ["--cwd", folder, "--stack", "theirs"];
    const made = await lab.pulumi("stack", "init", "theirs", "--cwd", folder);
    assert.equal(made.code, 0, made.output);
    const up = await lab.pulumi("up", "--yes", "--skip-preview", ...owner);
    assert.equal(up.code, 0, up.output);
  });
  after(() => lab?.close());

  const resources = () => readAzureState(path.join(lab.directory, "local", "azure")).resources;
  const ids = () => resources().map(({ id }) => id);

  const refusals: [what: string, existing: object, more: object, expected: RegExp[]][] = [
    [
      "a group that denies what the lab opens",
      { ...existing, networkSecurityGroupName: "closed" },
      {},
      [
        /existing\.networkSecurityGroupName: has the rule "No-UDP" \(deny, priority 150\), which denies what "Allow-PNRP-UDP-3540-IPv6"/,
        /\[EXISTING-GROUP-DENIES\]/,
      ],
    ],
    [
      "a group in which another rule has the priority",
      { ...existing, firstPriority: 200 },
      {},
      [
        /existing\.firstPriority: is 200, .*Allow-Grouping-TCP-3587-IPv4 would have 200 as Web has/,
        /\[NSG-PRIORITY-DUP\]/,
      ],
    ],
    [
      "a new subnet over one of theirs",
      { resourceGroupName: "theirs", virtualNetworkName: "net" },
      { ipv4Subnet: "10.70.1.128/25", ipv6Subnet: "fd70:0:0:2::/64" },
      [/ipv4Subnet: is "10\.70\.1\.128\/25".*peers/, /\[SUBNET-OVERLAP\]/],
    ],
  ];
  for (const [what, parts, more, expected] of refusals) {
    it(`refuses ${what} in the preview; without one, before anything of theirs is touched or a machine made`, async () => {
      lab.configure({ ...base, ...more, existing: parts });
      const before = ids();
      for (const run of [await lab.preview(), await lab.up("--continue-on-error")]) {
        assert.notEqual(run.code, 0, run.output);
        for (const words of expected) assert.match(run.output, words);
        assert.deepEqual(reached(run), []);
      }
      const made = resources().filter(({ id }) => !before.includes(id));
      const wrong = made.filter(
        ({ type, resourceGroup }) => resourceGroup === "theirs" || /virtualMachines/i.test(type),
      );
      assert.deepEqual(wrong, []);
    });
  }

  it("uses subnet and group as they are, says what the group does with each port, and runs nothing again", async () => {
    lab.configure({ ...base, existing });
    const up = await lab.up();
    assert.equal(up.code, 0, up.output);
    const again = await lab.up("--expect-no-changes");
    assert.equal(again.code, 0, again.output);
    assert.deepEqual(reached(again), []);
    const theirs = await lab.pulumi("up", "--yes", "--refresh", "--expect-no-changes", ...owner);
    assert.equal(theirs.code, 0, theirs.output);
  });

  it("leaves everything of theirs after destroy, and none of its own rules", async () => {
    const destroyed = await lab.pulumi("destroy", "--yes", "--skip-preview", "--stack", "test");
    assert.equal(destroyed.code, 0, destroyed.output);
    const { resources: left, securityRules } = readAzureState(
      path.join(lab.directory, "local", "azure"),
    );
    assert.deepEqual([...new Set(left.map(({ resourceGroup }) => resourceGroup))], ["theirs"]);
    assert.deepEqual(
      securityRules
        .map(({ group, name, priority }) => `${group} ${name} ${priority}`)
        .filter((text) => !/ 65\d\d\d$/.test(text))
        .sort(),
      ["closed No-UDP 150", "open Web 200"],
    );
  });
});
