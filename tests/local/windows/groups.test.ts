import assert from "node:assert/strict";
import * as crypto from "node:crypto";
import type { GroupFacts, GroupRole } from "../../../guest/contract";
import type { Machine } from "../../../local/windows";
import {
  encodeInvitation,
  longestChain,
  mayInvite,
  parseInvitation,
  signLink,
  type Invitation,
  type Link,
} from "../../../local/windows/group/invitation";
import type { HresultError } from "../../../local/windows/hresult";
import { encodePublicKey } from "../../../local/windows/identity/credential";
import { peerNameOf } from "../../../local/windows/identity/peerName";
import { failure, labPassword, networkedMachine, openLab, report, send, type Lab } from "./lab";

const day = 86_400_000;
const groupingPort = 3587;

interface Member {
  machine: Machine;
  peerName: string;
  credential: string;
}

describe("local/windows, groups", () => {
  let lab: Lab;
  let ada: Member;
  let grace: Member;
  let alan: Member;
  let group: string;

  beforeEach(async () => {
    lab = openLab();
    [ada, grace, alan] = [await member("ada"), await member("grace"), await member("alan")];
    const made = await report(ada.machine, "New-PeerGroup", {
      identity: ada.peerName,
      friendlyName: "The team",
      classifier: "team",
      memberLifetimeSeconds: 4 * (day / 1000),
    });
    group = made.group.group;
  });
  afterEach(() => lab.dispose());

  async function member(name: string): Promise<Member> {
    const machine = await networkedMachine(lab, name);
    const made = await report(machine, "New-PeerIdentity", {
      friendlyName: name,
      classifier: name,
    });
    return { machine, peerName: made.peerName, credential: made.credential };
  }

  async function invitationOf(
    inviter: Member,
    invitee: Member,
    role: GroupRole = "member",
    lifetimeSeconds = 3600,
  ): Promise<string> {
    const { invitations } = await report(inviter.machine, "New-PeerGroupInvitation", {
      group,
      identity: inviter.peerName,
      invitees: [{ credential: invitee.credential, role }],
      lifetimeSeconds,
    });
    return invitations[0].invitation;
  }

  const join = async (invitee: Member, invitation: string): Promise<GroupFacts> => {
    const request = { identity: invitee.peerName, invitation };
    return (await report(invitee.machine, "Join-PeerGroup", request)).group;
  };

  const hold = ({ machine, peerName }: Member, changes: object = {}) =>
    report(machine, "Set-PeerPresence", {
      presence: { names: [], groups: [{ group, identity: peerName, ...changes }] },
      userPassword: labPassword,
    });

  const factsOf = async ({ machine }: Member): Promise<GroupFacts> =>
    (await report(machine, "Get-PeerGroup")).groups[0];

  const present = ({ members }: GroupFacts) =>
    members.filter((one) => one.present).map(({ peerName }) => peerName);

  it("makes one identity and one group where two actions ask for them at the same time", async () => {
    const newIdentity = { friendlyName: "margaret", classifier: "margaret" };
    const newGroup = { newIdentity, friendlyName: "The crew", classifier: "crew" };
    const [identity, first, second] = await Promise.all([
      report(grace.machine, "New-PeerIdentity", newIdentity),
      report(grace.machine, "New-PeerGroup", newGroup),
      report(grace.machine, "New-PeerGroup", newGroup),
    ]);
    assert.notEqual(first.created, second.created);
    assert.equal(first.group.group, second.group.group);
    assert.equal(first.group.identity, identity.peerName);
    const { identities } = await report(grace.machine, "Get-PeerIdentity");
    assert.equal(identities.length, 2);
  });

  it("lets go of the turn where an action fails or its session ends, also while it waits", async () => {
    lab.faults.add({ kind: "dropConnection", moment: "during", match: "grace", times: 2 });
    const name = (classifier: string) => ({ friendlyName: classifier, classifier });
    const cut = ["one", "two"].map((one) => send(grace.machine, "New-PeerIdentity", name(one)));
    assert.deepEqual(
      (await Promise.allSettled(cut)).map(({ status }) => status),
      ["rejected", "rejected"],
    );
    await failure(grace.machine, "New-PeerIdentity", { friendlyName: "x" });
    assert.equal((await report(grace.machine, "New-PeerIdentity", name("three"))).created, true);
    // The first was cut after it had made its own, the second before it began.
    const { identities } = await report(grace.machine, "Get-PeerIdentity");
    assert.deepEqual(
      identities.map(({ friendlyName }: { friendlyName: string }) => friendlyName),
      ["grace", "one", "three"],
    );
  });

  it("lets a member in when it meets somebody who is connected, and not before", async () => {
    const invitation = await invitationOf(ada, grace);
    const alone = await join(grace, invitation);
    assert.deepEqual([alone.connection, alone.creator, alone.members], ["listening", "", []]);
    await hold(ada);
    const met = await factsOf(grace);
    assert.deepEqual([met.connection, met.creator], ["connected", ada.peerName]);
    assert.deepEqual(present(met), [grace.peerName, ada.peerName], "itself first");
    const known = await factsOf(ada);
    assert.deepEqual(
      known.members.map(({ peerName, role }) => [peerName, role]),
      [
        [ada.peerName, "administrator"],
        [grace.peerName, "member"],
      ],
    );
    assert.deepEqual(present(known), [ada.peerName], "a short connection does not last");
  });

  it("connects nobody whose port or name does not get through", async () => {
    await join(grace, await invitationOf(ada, grace));
    await hold(ada);
    const blocks: Parameters<typeof dropped>[] = [
      ["TCP", groupingPort],
      ["UDP", 3540],
    ];
    for (const [protocol, port] of blocks) {
      lab.network.refuses = dropped(protocol, port);
      assert.equal((await factsOf(grace)).connection, "listening", protocol);
    }
    lab.network.refuses = () => false;
    ada.machine.record.firewallRules = ada.machine.record.firewallRules.filter(
      ({ port }) => port !== groupingPort,
    );
    assert.equal((await factsOf(grace)).connection, "listening", "the machine's own firewall");
  });

  const dropped =
    (protocol: "TCP" | "UDP", port: number) => (packet: { protocol: string; port: number }) =>
      packet.protocol === protocol && packet.port === port;

  it("connects by a given address where the cloud finds nobody", async () => {
    await join(grace, await invitationOf(ada, grace));
    await hold(ada);
    lab.network.refuses = dropped("UDP", 3540);
    const [address] = lab.network.addressesOf(ada.machine.record.vmId).ipv6;
    const { presence } = await hold(grace, { addresses: [`[${address}]:${groupingPort}`] });
    assert.equal(presence.groups[0].state, "connected");
    assert.deepEqual(present(presence.groups[0]), [grace.peerName, ada.peerName]);
  });

  it("lists a member that has gone until its credential ends, and evicts nobody", async () => {
    await join(grace, await invitationOf(ada, grace));
    await hold(ada);
    await factsOf(grace);
    await lab.windows.delete(grace.machine.record.vmId);
    const names = async () => (await factsOf(ada)).members.map(({ peerName }) => peerName);
    lab.clock.now += 3 * day;
    assert.deepEqual(await names(), [ada.peerName, grace.peerName]);
    lab.clock.now += day;
    assert.deepEqual(await names(), [ada.peerName]);
  });

  it("renews who is connected at half of the time, and nobody who has gone", async () => {
    for (const invitee of [grace, alan]) await join(invitee, await invitationOf(ada, invitee));
    await hold(ada, { renewsMembers: true });
    await hold(grace);
    await factsOf(alan);
    const before = new Map((await factsOf(ada)).members.map((one) => [one.peerName, one.expires]));
    const start = lab.clock.now;
    lab.clock.now = start + 1.9 * day;
    const early = (await factsOf(ada)).members.find(({ peerName }) => peerName === grace.peerName);
    assert.equal(early?.expires, before.get(grace.peerName), "not before half of the time");
    lab.clock.now = start + 5 * day;
    const after = (await factsOf(ada)).members.map(({ peerName }) => peerName);
    assert.deepEqual(after, [ada.peerName, grace.peerName], "the holders ran all the time");
    const { connection } = await factsOf(grace);
    assert.equal(connection, "connected");
    assert.equal((await factsOf(alan)).connection, "PEER_E_INVALID_TIME_PERIOD");
  });

  it("lets nobody back in whose membership has ended without a new invitation", async () => {
    await join(grace, await invitationOf(ada, grace, "member", 30 * (day / 1000)));
    await hold(ada);
    await factsOf(grace);
    lab.clock.now += 5 * day;
    assert.equal((await factsOf(grace)).connection, "PEER_E_INVALID_TIME_PERIOD");
    const rejoined = await report(grace.machine, "Join-PeerGroup", {
      identity: grace.peerName,
      invitation: await invitationOf(ada, grace),
    });
    assert.deepEqual([rejoined.joined, rejoined.group.connection], [true, "connected"]);
  });

  it("lets an inviting member invite, not above its role, and a plain one nobody", async () => {
    await hold(ada);
    await join(grace, await invitationOf(ada, grace, "invitingMember"));
    await join(alan, await invitationOf(grace, alan));
    const known = await factsOf(alan);
    assert.equal(known.connection, "connected");
    assert.equal(known.members.length, 3);
    for (const [inviter, role] of [
      [grace, "administrator"],
      [alan, "member"],
    ] as const) {
      const refused = await failure(inviter.machine, "New-PeerGroupInvitation", {
        group,
        identity: inviter.peerName,
        invitees: [{ credential: ada.credential, role }],
        lifetimeSeconds: 300,
      });
      assert.deepEqual([refused.code, refused.hresult], ["PEER_E_NOT_AUTHORIZED", "0x80632020"]);
    }
  });

  it("does not invite before it has met the group", async () => {
    await join(grace, await invitationOf(ada, grace, "administrator"));
    const refused = await failure(grace.machine, "New-PeerGroupInvitation", {
      group,
      identity: grace.peerName,
      invitees: [{ credential: alan.credential, role: "member" }],
      lifetimeSeconds: 300,
    });
    assert.equal(refused.code, "PEER_E_GROUP_NOT_READY");
  });

  it("gives no invitation that outlasts the inviter's own membership", async () => {
    await hold(ada);
    await join(grace, await invitationOf(ada, grace, "administrator"));
    const { invitations } = await report(grace.machine, "New-PeerGroupInvitation", {
      group,
      identity: grace.peerName,
      invitees: [{ credential: alan.credential, role: "member" }],
      lifetimeSeconds: 31_536_000,
    });
    const own = (await factsOf(grace)).members[0]!.expires;
    assert.equal(invitations[0].expires, own);
  });

  it("joins, changes and leaves groups with the machine's state, groups before their identities", async () => {
    await hold(ada);
    const scope = "peerlab:lab/dev/grace";
    const invitation = await invitationOf(ada, grace);
    const wanted = [{ group, identity: grace.peerName, invitation }];
    const identities = { scope, wanted: [{ peerName: grace.peerName }] };
    const state = { identities, groups: { scope, wanted } };
    const first = await report(grace.machine, "Set-PeerMachine", state);
    assert.deepEqual(first.changed, [`group ${group} joined`]);
    assert.equal(first.groups[0].connection, "connected");
    assert.deepEqual((await report(grace.machine, "Set-PeerMachine", state)).changed, []);
    const none = { identities: { scope, wanted: [] }, groups: { scope, wanted: [] } };
    const { drift } = await report(grace.machine, "Test-PeerMachine", none);
    assert.deepEqual(drift, [
      `group ${group} is not wanted`,
      `identity ${grace.peerName} is not wanted`,
    ]);
    const { changed } = await report(grace.machine, "Set-PeerMachine", none);
    assert.deepEqual(changed, [`group ${group} removed`, `identity ${grace.peerName} removed`]);
    assert.deepEqual((await report(grace.machine, "Test-PeerMachine", none)).drift, []);
  });

  it("keeps groups over a restart of the stand-in", async () => {
    const before = await factsOf(ada);
    const windows = lab.restart();
    ada.machine = windows.find(ada.machine.record.vmId)!;
    assert.deepEqual(await factsOf(ada), before);
  });
});

describe("local/windows, chains of invitations", () => {
  const party = (classifier: string) => {
    const { privateKey, publicKey } = crypto.generateKeyPairSync("rsa", { modulusLength: 1024 });
    return {
      peerName: peerNameOf(publicKey, classifier),
      publicKey: encodePublicKey(publicKey),
      sign: (data: Buffer) => crypto.sign("sha256", data, privateKey),
    };
  };
  const root = party("team");
  const [one, two] = [party("one"), party("two")];
  const link = (
    issuer: ReturnType<typeof party>,
    subject: ReturnType<typeof party>,
    role: GroupRole,
  ): Link =>
    signLink(
      { group: root.peerName, friendlyName: "The team" },
      subject,
      { issuer: issuer.peerName, role, validFrom: 0, validTo: 10 },
      issuer.sign,
    );
  const invitation = (...links: Link[]): Invitation => ({
    group: root.peerName,
    friendlyName: "The team",
    rootKey: root.publicKey,
    links,
  });
  const code = (given: Buffer) => {
    try {
      parseInvitation(given, "PeerGroupParseInvitation");
      return "S_OK";
    } catch (error) {
      return (error as HresultError).hresult;
    }
  };
  const untrusted = "PEER_E_INVITATION_NOT_TRUSTED";

  it("are trusted from the group's root on, link by link", () => {
    const first = link(root, one, "invitingMember");
    const second = link(one, two, "member");
    assert.equal(code(encodeInvitation(invitation(first, second))), "S_OK");
    const cases: [string, Invitation][] = [
      ["a link is missing", invitation(second)],
      ["no link at all", invitation()],
      ["another signature", invitation(first, { ...second, signature: first.signature })],
      ["another role", invitation(first, { ...second, role: "invitingMember" })],
      ["beyond the issuer's role", invitation(first, link(one, two, "administrator"))],
      ["from a plain member", invitation(link(root, one, "member"), second)],
      ["another time", invitation(first, { ...second, validTo: 11 })],
      ["another group", { ...invitation(first, second), group: `${"0".repeat(40)}.team` }],
      ["another friendly name", { ...invitation(first, second), friendlyName: "Others" }],
      ["another root", { ...invitation(first, second), rootKey: one.publicKey }],
    ];
    for (const [title, given] of cases) {
      assert.equal(code(encodeInvitation(given)), untrusted, title);
    }
  });

  it("are refused with any character changed", () => {
    const bytes = encodeInvitation(invitation(link(root, one, "member")));
    const text = bytes.toString("utf16le");
    for (let at = 0; at < text.length; at += 7) {
      const other = text[at] === "A" ? "B" : "A";
      const changed = text.slice(0, at) + other + text.slice(at + 1);
      assert.equal(code(Buffer.from(changed, "utf16le")), untrusted, `character ${at}`);
    }
  });

  it("let nobody in above the own role, and nobody by a member; a chain is no longer than 24", () => {
    const allowed: [GroupRole, GroupRole][] = [
      ["administrator", "administrator"],
      ["administrator", "invitingMember"],
      ["administrator", "member"],
      ["invitingMember", "invitingMember"],
      ["invitingMember", "member"],
    ];
    const roles: GroupRole[] = ["administrator", "invitingMember", "member"];
    for (const role of roles) {
      for (const wanted of roles) {
        const expected = allowed.some(([left, right]) => left === role && right === wanted);
        assert.equal(mayInvite(role, wanted), expected, `${role} invites ${wanted}`);
      }
    }
    assert.equal(longestChain, 24);
  });
});
