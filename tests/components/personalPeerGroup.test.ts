import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { PersonalPeerGroup, type PeerMachine, type PersonalPeerGroupArgs } from "../../components";
import { generationDue, type LastGroup } from "../../components/groupState";
import { groupReport, type PeerGroupReport } from "../../components/peerGroupReport";
import {
  counts,
  failure,
  finished,
  groupName,
  memberUntil,
  mockEngine,
  ownPeerName,
  settled,
  type Declared,
} from "./mocks";

const machine = (host: string, more: Partial<PeerMachine> = {}): PeerMachine => ({
  connection: { host, user: "labuser", password: `password of ${host}` },
  instanceId: `instance of ${host}`,
  privateIpv6: `fd5a::${host}`,
  ...more,
});
const machines = (...hosts: string[]) =>
  Object.fromEntries(hosts.map((host) => [host, machine(host)]));
const identityOf = (host: string) => ownPeerName(`instance of ${host}`);
const member = (host: string, more: object = {}) => ({
  group: groupName,
  instance: `instance of ${host}`,
  peerName: identityOf(host),
  role: "administrator",
  expires: memberUntil,
  ...more,
});
let declared: Declared[];

const commandsOf = (action: string) =>
  declared.filter(
    ({ type, inputs }) => type.endsWith(":Command") && String(inputs.create).endsWith(` ${action}`),
  );
const requestTo = (host: string) => {
  const step = commandsOf("Set-PeerMachine").find(
    ({ inputs }) => inputs.connection.host === host,
  ) as Declared;
  return JSON.parse(step.inputs.stdin);
};
const invitation = () => {
  const [step] = declared.filter(({ name }) => name === "ada-invitation");
  return step.inputs;
};

/** The group, with what the component gave last. */
async function declare(
  args: PersonalPeerGroupArgs,
  last?: Record<string, unknown>,
): Promise<PersonalPeerGroup> {
  declared = await mockEngine(last && { "peerlab:index:PersonalPeerGroup": last });
  return new PersonalPeerGroup("ada", args);
}

const last = (members: Record<string, object>, more: object = {}) => ({
  ...{ group: groupName, generation: "1", leaving: [], invitationToken: "before", members },
  ...more,
});

describe("components/personalPeerGroup", () => {
  it("creates the group once, on the first key in code-point order, and lets every other machine join by an invitation", async () => {
    const group = await declare({ machines: machines("c", "b", "a") });
    const [reports, members, name, leaving] = (await settled(
      pulumi.all([group.reports, group.members, group.group, group.leaving, group.steps]),
    )) as object[];
    assert.deepEqual(counts(declared), {
      "peerlab:index:PersonalPeerGroup": 1,
      // Scope, generation and group; for each machine the attempts at its identity and at its state.
      "pulumi:index:Stash": 3 + 3 * 2,
      // Group and invitations; for each machine its identity and its state.
      "command:remote:Command": 2 + 3 * 2,
    });
    const [made] = commandsOf("New-PeerGroup");
    assert.equal(made.inputs.connection.host, "a");
    const request = JSON.parse(made.inputs.stdin);
    assert.equal(request.friendlyName, "peerlab:project/stack/ada#1");
    assert.deepEqual(request.newIdentity, {
      friendlyName: "peerlab:project/stack/ada#machine:a",
      classifier: "PeerLab",
    });
    const [invited] = commandsOf("New-PeerGroupInvitation");
    assert.equal(invited.inputs.connection.host, "a");
    const { identity, invitees, lifetimeSeconds } = JSON.parse(invited.inputs.stdin);
    assert.equal(identity, identityOf("a"));
    assert.equal(lifetimeSeconds, 86_400);
    assert.deepEqual(invitees, [
      { credential: "credential of instance of b", role: "administrator" },
      { credential: "credential of instance of c", role: "administrator" },
    ]);
    for (const host of ["a", "b", "c"]) {
      const { identities, groups, instance } = requestTo(host);
      const scope = "peerlab:project/stack/ada";
      assert.equal(instance, `instance of ${host}`);
      assert.deepEqual(identities, {
        scope,
        wanted: [{ peerName: identityOf(host), friendlyName: `${scope}#machine:${host}` }],
      });
      const wanted = { group: groupName, identity: identityOf(host) };
      const its = `invitation for credential of instance of ${host}`;
      assert.deepEqual(groups, {
        scope,
        wanted: [host === "a" ? wanted : { ...wanted, invitation: its }],
      });
      assert.deepEqual((reports as Record<string, object>)[host], {
        ...{ peerName: identityOf(host), usable: true, computerName: "PC", pending: [] },
        ...{ group: groupName, connection: "listening" },
        ...{ role: "administrator", expires: memberUntil },
      });
    }
    assert.deepEqual(members, { a: member("a"), b: member("b"), c: member("c") });
    assert.equal(name, groupName);
    assert.deepEqual(leaving, []);
  });

  it("has a machine put right by its first step already, where it is to be put right, and no other one", async () => {
    const networking = { firewallRules: [], seed: { role: "peer" as const, server: "seed.lab" } };
    const group = await declare({
      machines: { a: machine("a", { networking }), b: machine("b", { networking }) },
      reconcile: { token: "1", machines: ["b"] },
    });
    await settled(pulumi.all([group.reports, group.members]));
    const asked = commandsOf("New-PeerIdentity").map(({ inputs }) => {
      const { networking: own, reconcile } = JSON.parse(inputs.stdin);
      return [inputs.connection.host, own, reconcile];
    });
    assert.deepEqual(asked.sort(), [
      ["a", undefined, undefined],
      ["b", networking, true],
    ]);
  });

  it("invites nobody where all are members, and keeps what made it invite last", async () => {
    const group = await declare(
      { machines: machines("a", "b") },
      last({ a: member("a"), b: member("b") }),
    );
    await settled(pulumi.all([group.reports, group.members]));
    assert.deepEqual(commandsOf("New-PeerGroupInvitation"), []);
    assert.deepEqual(invitation().triggers, ["before"]);
    assert.equal(await settled(group.invitationToken), "before");
  });

  it("lets another administrator invite where the creator is off, and lists what a replaced machine was", async () => {
    const group = await declare(
      { machines: { ...machines("b", "c"), a: machine("a", { power: "deallocated" }) } },
      last({
        a: member("a"),
        b: member("b"),
        c: member("c", { instance: "another", peerName: "another.PeerLab" }),
      }),
    );
    const [leaving] = (await settled(pulumi.all([group.leaving, group.reports]))) as object[][];
    assert.equal(invitation().connection.host, "b");
    assert.deepEqual(
      JSON.parse(invitation().stdin).invitees.map((one: { credential: string }) => one.credential),
      ["credential of instance of c"],
    );
    assert.notDeepEqual(invitation().triggers, ["before"]);
    const { role, expires } = member("c");
    assert.deepEqual(leaving, [{ machine: "c", peerName: "another.PeerLab", role, expires }]);
  });

  it("gives each machine the holder's state: services under its own identity, and whom it finds the group by", async () => {
    const group = await declare({
      machines: {
        ...machines("a", "b", "c", "d", "e"),
        f: machine("f", { privateIpv6: undefined }),
      },
      services: { chat: { port: 5001, comment: "hello" } },
      roles: { b: "member" },
      exclusive: true,
    });
    await settled(group.reports);
    const { presence, identities, groups } = requestTo("d");
    assert.equal(identities.exclusive, true);
    assert.equal(groups.exclusive, true);
    assert.deepEqual(presence, {
      names: [
        {
          service: "chat",
          peerName: `${identityOf("d").split(".")[0]}.chat`,
          port: 5001,
          comment: "hello",
        },
      ],
      groups: [
        {
          group: groupName,
          identity: identityOf("d"),
          renewsMembers: true,
          addresses: ["[fd5a::e]:3587", "[fd5a::a]:3587"],
        },
      ],
    });
    assert.equal(requestTo("b").presence.groups[0].renewsMembers, false);
  });

  it("goes through no step again because of the address of another machine", async () => {
    const triggers = async (address: string) => {
      const group = await declare({
        machines: { a: machine("a"), b: machine("b", { privateIpv6: address }) },
      });
      await settled(group.reports);
      await finished();
      assert.deepEqual(requestTo("a").presence.groups[0].addresses, [`[${address}]:3587`]);
      return declared
        .filter(({ type, name }) => type.endsWith(":Stash") && name === "ada.a")
        .map(({ replacementTrigger }) => replacementTrigger);
    };
    const [trigger] = await triggers("fd5a::1");
    assert.match(String(trigger), /^[0-9a-f]{64}$/);
    assert.deepEqual(await triggers("fd5a::2"), [trigger]);
  });

  it("is created by the first administrator that is on, unless one is named; by the first where none is", async () => {
    const off = (host: string) => machine(host, { power: "deallocated" });
    const creator = async (args: PersonalPeerGroupArgs) => {
      const group = await declare(args);
      await settled(group.group);
      await finished();
      const [made] = commandsOf("New-PeerGroup");
      const { friendlyName } = JSON.parse(made.inputs.stdin).newIdentity;
      const { host } = made.inputs.connection;
      assert.equal(friendlyName, `peerlab:project/stack/ada#machine:${host}`);
      assert.deepEqual(
        made.dependencies.filter((urn) => urn.includes(`ada.${host}`)),
        [],
      );
      return host;
    };
    const some = { a: off("a"), b: machine("b"), c: machine("c") };
    assert.equal(await creator({ machines: some }), "b");
    assert.equal(await creator({ machines: some, roles: { b: "member" } }), "c");
    assert.equal(await creator({ machines: some, creator: "a" }), "a");
    assert.equal(await creator({ machines: { b: off("b"), a: off("a") } }), "a");
  });

  it("reports a machine that is off when a new group comes as not ready, and refuses one that is on", async () => {
    await mockEngine();
    const said = { groups: [], identities: [{ peerName: identityOf("a"), usable: true }] };
    const report = (power: string) => {
      const known = { stdout: JSON.stringify(said), urn: "urn", id: "id" };
      const step = Object.fromEntries(
        Object.entries(known).map(([key, value]) => [key, pulumi.output(value)]),
      );
      return groupReport(
        "a",
        pulumi.output(machine("a", { power })),
        step as unknown as Parameters<typeof groupReport>[2],
        pulumi.output(identityOf("a")),
        pulumi.output(groupName),
      );
    };
    const { group, pending } = (await settled(report("deallocated"))) as PeerGroupReport;
    assert.deepEqual([group, pending], ["", ["power on"]]);
    assert.match(await failure(report("running")), /a reports no membership of the group/);
  });

  it("lets a member go through its step once more until it was connected, but not while it is off, nor alone", async () => {
    const triggerOf = async (known: object, more: Partial<PeerMachine> = {}, others = ["a"]) => {
      const group = await declare(
        { machines: { ...machines(...others), b: machine("b", more) } },
        last({ ...(others.length > 0 ? { a: member("a") } : {}), b: member("b", known) }),
      );
      const members = (await settled(group.members)) as Record<string, { renewed?: string }>;
      await finished();
      assert.deepEqual(commandsOf("New-PeerGroupInvitation"), []);
      const [stash] = declared.filter(
        ({ type, name }) => type.endsWith(":Stash") && name === "ada.b",
      );
      return { trigger: stash.replacementTrigger, renewed: members.b.renewed };
    };
    const never = { expires: "" };
    const [plain, again, anew] = [
      await triggerOf({}),
      await triggerOf(never),
      await triggerOf(never),
    ];
    assert.equal(plain.renewed, undefined);
    assert.equal(new Set([plain, again, anew].map(({ trigger }) => trigger)).size, 3);
    const { renewed } = again;
    assert.ok(renewed);
    assert.deepEqual(await triggerOf({ renewed }), again, "is connected");
    const off = { power: "deallocated" };
    assert.deepEqual(await triggerOf({ ...never, renewed }, off), again, "is off");
    assert.deepEqual(await triggerOf(never, off), plain, "is off from the beginning");
    const role = { role: "administrator" };
    assert.deepEqual(await triggerOf({ ...never, ...role }, {}, []), plain, "has nobody");
  });

  describe("warns", () => {
    const warn = pulumi.log.warn;
    let warnings: string[];
    beforeEach(() => {
      warnings = [];
      (pulumi.log as { warn: unknown }).warn = (message: string) => warnings.push(message);
    });
    afterEach(() => {
      (pulumi.log as { warn: unknown }).warn = warn;
    });
    const unknown = pulumi.output(new Promise<PeerMachine>(() => {}));
    const before = (more: object = {}): LastGroup => ({
      ...{ group: groupName, generation: "1", leaving: [], invitationToken: "" },
      members: { a: member("a"), b: member("b") },
      ...more,
    });
    const due = (given: PersonalPeerGroupArgs["machines"], known: LastGroup, more: object = {}) =>
      settled(
        generationDue(
          "PersonalPeerGroup ada",
          { machines: given, ...more },
          pulumi.output(0).apply(() => known),
          {},
        ),
      );

    it("that a removed member stays one, before any machine that is new is known", async () => {
      assert.equal(await due({ ...machines("b"), c: unknown }, before()), "1");
      assert.equal(warnings.length, 1);
      const words = `PersonalPeerGroup ada: a is removed and stays a member of the group as ${identityOf("a")} until ${memberUntil.replace("Z", "")}`;
      assert.ok(warnings[0].startsWith(words), warnings[0]);
    });

    it("of nothing where another rotation makes a new group, or nobody goes", async () => {
      assert.equal(await due(machines("b"), before(), { rotation: "2" }), "2");
      assert.equal(await due(machines("a", "b", "c"), before()), "1");
      assert.equal(await due({}, before()), "1+1");
      assert.deepEqual(warnings, []);
    });

    it("that the group ends where none of its members is left", async () => {
      assert.equal(await due({ a: machine("other") }, before()), "1+1");
      assert.equal(warnings.length, 1);
      assert.ok(
        warnings[0].startsWith(
          `PersonalPeerGroup ada: the group ${groupName} ends and a new one is made, since no member is left that could invite: a is replaced, b is removed; `,
        ),
        warnings[0],
      );
    });
  });

  it("dials nowhere for a person without machines, and keeps the name of her group and who leaves it", async () => {
    const expires = "2099-01-01T00:00:00Z";
    const group = await declare({ machines: {} }, last({ a: member("a", { expires }) }));
    const [name, members, leaving] = (await settled(
      pulumi.all([group.group, group.members, group.leaving]),
    )) as unknown[];
    assert.equal(name, groupName);
    assert.deepEqual(members, {});
    const { peerName, role } = member("a");
    assert.deepEqual(leaving, [{ machine: "a", peerName, role, expires }]);
    await finished();
    const commands = declared.filter(({ type }) => type.endsWith(":Command"));
    assert.deepEqual(
      commands.map(({ name: command, inputs }) => [command, inputs.create]),
      [
        ["ada-group", undefined],
        ["ada-invitation", undefined],
      ],
    );
  });

  it("refuses that the only administrator goes while another machine stays, with the path of a lab where it is in one", async () => {
    const before: LastGroup = {
      ...{ group: groupName, generation: "1", leaving: [], invitationToken: "" },
      members: { a: member("a"), b: member("b", { role: "member" }) },
    };
    const due = (more: object) =>
      generationDue(
        "PersonalPeerGroup ada",
        { machines: machines("b", "c"), roles: { b: "member" }, ...more },
        pulumi.output(0).apply(() => before),
        {},
      );
    assert.match(await failure(due({})), / machines\.a: is removed.*\[GROUP-ADMINISTRATOR-KEPT\]/);
    assert.match(await failure(due({ person: "ada" })), / people\.ada\.machines\.a: is removed/);
    assert.equal(await settled(due({ rotation: "2" })), "2");
  });

  it("lets nothing that stays depend on a machine that may go", async () => {
    const withOwn = (host: string) => {
      const own = new pulumi.ComponentResource("test:index:Machine", host);
      const stash = new pulumi.Stash(`${host}-own`, { input: host }, { parent: own });
      return stash.output.apply((known) => machine(String(known)));
    };
    declared = await mockEngine();
    const given = Object.fromEntries(["a", "b", "c"].map((host) => [host, withOwn(host)]));
    const group = new PersonalPeerGroup("ada", { machines: given });
    await settled(pulumi.all([group.reports, group.members]));
    const ofMachine = (urn: string) => /::(\w)-own$/.exec(urn)?.[1];
    for (const { name, dependencies } of declared) {
      const own = /^ada\.(\w)/.exec(name)?.[1];
      const foreign = dependencies.filter((urn) => {
        const of = ofMachine(urn) ?? /::ada\.(\w)/.exec(urn)?.[1];
        return of !== undefined && of !== own && !/^\w-own$/.test(name);
      });
      assert.deepEqual(foreign, [], name);
    }
    assert.notEqual(
      declared.filter(({ dependencies }) => dependencies.some((urn) => ofMachine(urn))).length,
      0,
    );
  });

  it("shows no secret outside of standard input and connections, and runs nothing on deletion", async () => {
    const group = await declare({ machines: machines("a", "b") });
    await settled(group.reports);
    for (const { inputs } of declared.filter(({ type }) => type.startsWith("command:"))) {
      assert.equal(inputs.delete, undefined);
      assert.ok(!/invitation for|password/.test(String(inputs.create) + String(inputs.triggers)));
    }
    const [component] = declared.filter(({ type }) => type.endsWith(":PersonalPeerGroup"));
    assert.deepEqual(component.inputs, {});
  });

  it("refuses all mistakes at once, before anything is declared", async () => {
    declared = await mockEngine();
    assert.throws(
      () =>
        new PersonalPeerGroup("ada", {
          machines: machines("a"),
          creator: "z",
          memberLifetimeSeconds: 1,
          reconcile: { token: "1", machines: ["y"] },
        }),
      (error: Error) => {
        assert.ok(pulumi.InputPropertiesError.isInstance(error));
        assert.deepEqual(
          error.errors.map(({ propertyPath }) => propertyPath),
          ["creator", "memberLifetimeSeconds", "reconcile.machines[0]"],
        );
        return true;
      },
    );
  });
});
