import * as assert from "node:assert/strict";
import { additiveRules, leftForNextUpdate } from "../../../components/plan/additiveRules";
import { planNetwork, type NetworkDefinition } from "../../../components/plan/network";

const base: NetworkDefinition = { adminSources: ["203.0.113.7"] };

function rulesOf(definition: NetworkDefinition) {
  const plan = planNetwork({ ...base, ...definition });
  return plan.rules(plan.subnet).security;
}

/** What an update from one definition to another leaves in the group, and for the next update. */
function between(last: NetworkDefinition, wanted: NetworkDefinition) {
  return additiveRules(rulesOf(last), rulesOf(wanted));
}

const names = (rules: readonly { name: string }[]) => rules.map(({ name }) => name);

describe("components/plan/additiveRules", () => {
  it("leaves a table as it is when nothing else is wanted", () => {
    const table = rulesOf({ graphPorts: [{ port: 5001 }], rdp: true });
    const additive = additiveRules(table, table);
    assert.deepEqual(additive, { rules: table, staying: [], widened: [], waiting: [] });
    assert.equal(leftForNextUpdate(additive), "");
  });

  it("keeps the rules of a port that another one takes the place of, where and as they were", () => {
    const last = { graphPorts: [{ port: 5001 }] };
    const wanted = { graphPorts: [{ port: 5002 }] };
    const { rules, ...left } = between(last, wanted);
    const gone = ["Allow-Graph-5001-TCP-5001-IPv4", "Allow-Graph-5001-TCP-5001-IPv6"];
    assert.deepEqual(left, { staying: gone, widened: [], waiting: [] });
    const [deny, ...allowed] = rulesOf(wanted).reverse();
    const kept = rulesOf(last).filter(({ name }) => gone.includes(name));
    assert.deepEqual(rules, [...allowed.reverse(), ...kept, deny]);
    assert.equal(
      leftForNextUpdate(between(last, wanted)),
      `stays open until the next update: ${gone.join(", ")}`,
    );
  });

  it("gives a rule that stays another priority where a wanted one has its own", () => {
    // Both have the same place among the priorities of applications' ports.
    const additive = between({ graphPorts: [{ port: 5001 }] }, { graphPorts: [{ port: 5226 }] });
    const priorities = additive.rules.map(({ priority }) => priority);
    assert.equal(new Set(priorities).size, priorities.length);
    const wanted = rulesOf({ graphPorts: [{ port: 5226 }] });
    assert.deepEqual(
      additive.rules.filter(({ name }) => !additive.staying.includes(name)),
      wanted,
    );
    assert.deepEqual(
      additive.rules.filter(({ name }) => additive.staying.includes(name)).map((r) => r.priority),
      [105, 106],
    );
  });

  it("lets in whom a changed rule let in before, each family apart and no range in another", () => {
    const additive = between(
      { adminSources: ["203.0.113.7", "198.51.100.0/24", "2001:db8:7::/48"] },
      { adminSources: ["203.0.113.0/24", "198.51.100.9", "2001:db8:8::/48"] },
    );
    const sources = Object.fromEntries(
      additive.rules.map(({ name, sourceAddressPrefixes }) => [name, sourceAddressPrefixes]),
    );
    assert.deepEqual(sources["Allow-SSH-TCP-22-IPv4"], ["198.51.100.0/24", "203.0.113.0/24"]);
    assert.deepEqual(sources["Allow-SSH-TCP-22-IPv6"], ["2001:db8:7::/48", "2001:db8:8::/48"]);
    assert.deepEqual(additive.staying, []);
    assert.deepEqual(additive.widened, ["Allow-SSH-TCP-22-IPv4", "Allow-SSH-TCP-22-IPv6"]);
    assert.match(
      leftForNextUpdate(additive),
      /^lets in as well, until the next update, whom it let in before: Allow-SSH-TCP-22-IPv4, /,
    );
  });

  it("widens nothing where the wanted rule lets in all of them already", () => {
    const additive = between({}, { adminSources: ["203.0.113.0/24"] });
    assert.deepEqual(additive.widened, []);
    assert.deepEqual(additive.rules, rulesOf({ adminSources: ["203.0.113.0/24"] }));
  });

  it("keeps no rule whose packets a wanted one of another name lets in", () => {
    const additive = between(
      { graphPorts: [{ name: "Chat", port: 5001 }] },
      { graphPorts: [{ name: "Talk", port: 5001 }] },
    );
    assert.deepEqual(additive.rules, rulesOf({ graphPorts: [{ name: "Talk", port: 5001 }] }));
    assert.deepEqual(additive.staying, []);
  });

  it("takes names that differ in case alone for one, as Azure does", () => {
    const additive = between(
      { graphPorts: [{ name: "Chat", port: 5001 }], peerSources: ["10.81.0.0/16"] },
      { graphPorts: [{ name: "chat", port: 5001 }] },
    );
    const folded = names(additive.rules).map((name) => name.toLowerCase());
    assert.equal(new Set(folded).size, folded.length);
    assert.ok(additive.widened.includes("Allow-chat-TCP-5001-IPv4"));
  });

  it("lets a new deny rule wait, and one that is gone go at once", () => {
    const isolated = between({ isolate: false }, { isolate: true });
    assert.deepEqual(isolated.rules, rulesOf({ isolate: false }));
    assert.deepEqual(isolated.waiting, ["Deny-VirtualNetwork"]);
    assert.equal(leftForNextUpdate(isolated), "waits for the next update: Deny-VirtualNetwork");
    const open = between({ isolate: true }, { isolate: false });
    assert.deepEqual(open.rules, rulesOf({ isolate: false }));
    assert.equal(leftForNextUpdate(open), "");
  });
});
