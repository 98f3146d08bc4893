import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { PeerLab, type PeerLabArgs } from "../../components";
import { finished, mockEngine } from "./mocks";

const args: PeerLabArgs = {
  adminSources: ["203.0.113.7"],
  graphPorts: [{ port: 5002 }],
  people: { ada: { machines: { "ada-1": {}, "ada-2": {}, "ada-3": {} } } },
};
const rings = [{ name: "canary", machines: ["ada-1", "ada-2"] }];

/** A rule that an earlier update wanted, and this one does not. */
const gone = {
  name: "Allow-Graph-5001-TCP-5001-IPv6",
  description: "Port of the application Graph-5001, IPv6",
  priority: 105,
  access: "Allow",
  protocol: "Tcp",
  sourceAddressPrefixes: ["fd5a:9c2e:71b0::/64"],
  destinationAddressPrefixes: ["fd5a:9c2e:71b0::/64"],
  destinationPortRange: "5001",
};

/** What a lab declares after an update that wanted `last`. */
async function declare(of: Partial<PeerLabArgs>, last?: object[]) {
  const before = { "peerlab:index:LabNetworkRules": { rules: last } };
  const declared = await mockEngine(last ? before : {});
  new PeerLab("lab", { ...args, ...of });
  await finished();
  const found = (type: string) => declared.filter((one) => one.type.endsWith(`:${type}`));
  const rules = found("NetworkSecurityGroup").flatMap(({ inputs }) =>
    inputs.securityRules.map(({ name }: { name: string }) => name),
  );
  return { rules, memory: found("LabNetworkRules"), single: found("SecurityRule"), found };
}

describe("components/labNetworkRules", () => {
  let log: Pick<typeof pulumi.log, "info" | "warn">;
  let loudly: typeof log;
  const notes: string[] = [];
  before(() => {
    log = pulumi.log;
    loudly = { ...log };
    log.warn = async () => undefined;
    log.info = async (note) => void notes.push(note);
  });
  after(() => Object.assign(log, loudly));
  beforeEach(() => (notes.length = 0));

  it("is a part of a lab with rings alone, and has no inputs, which would make the engine forget it", async () => {
    const { memory, rules, found } = await declare({ rings });
    assert.deepEqual(
      memory.map(({ name, inputs, parent }) => [name, inputs, parent.split("::").at(-1)]),
      [["lab-network-rules", {}, "lab"]],
    );
    const without = await declare({});
    assert.deepEqual(without.memory, []);
    assert.deepEqual(rules, without.rules);
    assert.deepEqual(notes, []);
    for (const [{ inputs }] of [found("PeerNetwork"), without.found("PeerNetwork")]) {
      assert.ok(!("rulesBefore" in inputs), "each update after a change would change it again");
    }
  });

  it("lets what the last update wanted stay, says so once, and forgets it without rings", async () => {
    const wanted = (await declare({})).rules;
    const { rules } = await declare({ rings }, [gone]);
    // Nothing of before denies, so that it waits.
    const now = wanted.filter((name) => name !== "Deny-VirtualNetwork");
    assert.deepEqual(rules, [...now, gone.name]);
    assert.deepEqual(notes, [
      `The security group of lab: stays open until the next update: ${gone.name}; waits for the next update: Deny-VirtualNetwork`,
    ]);
    assert.deepEqual((await declare({}, [gone])).rules, wanted);
  });

  it("is not there where the rules are added to an existing group, one by one", async () => {
    const existing = { resourceGroupName: "theirs", networkSecurityGroupName: "group" };
    const { memory, rules, single } = await declare({ rings, existing }, [gone]);
    assert.deepEqual([memory, rules], [[], []]);
    assert.ok(single.length > 0);
    assert.ok(!single.some(({ name }) => name.includes("5001")));
  });
});
