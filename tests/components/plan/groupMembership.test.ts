import * as assert from "node:assert/strict";
import type { PeerGroupMember } from "../../../components/peerGroupMembers";
import {
  checkGoingOn,
  dueGeneration,
  leavingMembers,
  lossOfGroup,
  memberOf,
  needsInvitation,
  planInvitations,
  renewalDue,
  type GroupBefore,
  type GroupMachine,
  type MadeGroup,
} from "../../../components/plan/groupMembership";

const later = "2027-06-01T00:00:00Z";
const member = (key: string, more: Partial<PeerGroupMember> = {}): PeerGroupMember => ({
  group: "G",
  instance: `instance of ${key}`,
  peerName: `identity of ${key}`,
  role: "administrator",
  expires: later,
  ...more,
});
const members = (...keys: string[]) =>
  Object.fromEntries(keys.map((key) => [key, member(key)] as const));
const before = (
  known: Record<string, PeerGroupMember>,
  more: Partial<GroupBefore> = {},
): GroupBefore => ({ group: "G", generation: "1", members: known, leaving: [], ...more });
const instances = (...keys: string[]) =>
  Object.fromEntries(keys.map((key) => [key, `instance of ${key}`]));
const machine = (key: string, more: Partial<GroupMachine> = {}): GroupMachine => ({
  key,
  instance: `instance of ${key}`,
  peerName: `identity of ${key}`,
  credential: `credential of ${key}`,
  isOff: false,
  ...more,
});
const made: MadeGroup = { group: "G", creator: "identity of a", expires: later };

describe("components/plan/groupMembership", () => {
  describe("the generation that is due", () => {
    const cases: [string, GroupBefore | undefined, string, Record<string, string>, string][] = [
      ["is the rotation at first", undefined, "1", {}, "1"],
      ["is the rotation where no group was made", before({}, { group: "" }), "1", {}, "1"],
      ["stays while a member stays", before(members("a", "b")), "1", instances("b"), "1"],
      ["is another rotation", before(members("a")), "2", instances("a"), "2"],
      ["is a new one without members", before({}), "1", instances("a"), "1+1"],
      ["is a new one where all are replaced", before(members("a")), "1", { a: "other" }, "1+1"],
      ["counts on", before({}, { generation: "1+1" }), "1", instances("a"), "1+2"],
      [
        "stays what it was after that",
        before(members("a"), { generation: "1+1" }),
        "1",
        instances("a"),
        "1+1",
      ],
      [
        "does not count members of the group before",
        before({ a: member("a", { group: "F" }) }),
        "1",
        instances("a"),
        "1+1",
      ],
      [
        "starts again with another rotation",
        before(members("a"), { generation: "1+1" }),
        "2",
        instances("a"),
        "2",
      ],
    ];
    for (const [what, was, rotation, now, due] of cases) {
      it(what, () => assert.equal(dueGeneration(was, rotation, now), due));
    }
  });

  describe("a group that goes on", () => {
    const plain = { ...members("a"), b: member("b", { role: "member" }) };
    const paths = { machines: "people.ada.machines", group: "people.ada.group" };
    const roles = { roles: { b: "member" } };
    const cases: [
      string,
      Parameters<typeof checkGoingOn>[0],
      string,
      Record<string, string>,
      object,
      [string, RegExp][],
    ][] = [
      ["may be new", undefined, "1", {}, {}, []],
      ["may stay as it is", before(plain), "1", instances("a", "b"), roles, []],
      [
        "keeps its only administrator",
        before(plain),
        "1",
        instances("b"),
        roles,
        [["people.ada.machines.a", /is removed.*only administrator.*b would stay/]],
      ],
      [
        "keeps it as it is",
        before(plain),
        "1",
        { ...instances("b"), a: "" },
        roles,
        [["people.ada.machines.a", /is replaced/]],
      ],
      [
        "may lose it where another one is a member",
        before(members("a", "b")),
        "1",
        instances("b"),
        {},
        [],
      ],
      [
        "does not count one that was never connected",
        before({ ...members("a"), b: member("b", { expires: "" }) }),
        "1",
        instances("b"),
        {},
        [["people.ada.machines.a", /is removed/]],
      ],
      [
        "does not count one of the group before",
        before({ ...plain, c: member("c", { group: "F" }) }),
        "1",
        instances("b", "c"),
        roles,
        [["people.ada.machines.a", /is removed/]],
      ],
      ["may lose all", before(plain), "1", {}, {}, []],
      ["may be left for another rotation", before(plain), "2", instances("b"), {}, []],
      [
        "keeps roles of single machines",
        before(plain),
        "1",
        instances("a", "b"),
        { roles: { b: "invitingMember" } },
        [["people.ada.group.roles.b", /"invitingMember", but b belongs.*as member/]],
      ],
      [
        "keeps the role of all",
        before(members("a", "b")),
        "1",
        instances("a", "b"),
        { role: "member", roles: { a: "administrator" } },
        [["people.ada.group.role", /b belongs to the group as administrator/]],
      ],
      [
        "says so of a role that is no longer given",
        before(plain),
        "1",
        instances("a", "b"),
        {},
        [["people.ada.group.roles.b", /"administrator", but b/]],
      ],
      [
        "lets a replaced machine have another role",
        before(members("a", "b")),
        "1",
        { ...instances("a"), b: "other" },
        roles,
        [],
      ],
    ];
    for (const [what, was, generation, now, definition, expected] of cases) {
      it(what, () => {
        const found = checkGoingOn(was, generation, now, definition, paths);
        assert.deepEqual(
          found.map(({ path }) => path),
          expected.map(([path]) => path),
        );
        found.forEach(({ reason }, index) => assert.match(reason, expected[index][1]));
      });
    }
  });

  describe("a machine as a member", () => {
    const known = members("a", "b");
    it("is what it was last", () => assert.equal(memberOf(known, made, machine("b")), known.b));
    it("is still while its identity is looked for again", () =>
      assert.equal(memberOf(known, made, machine("b", { peerName: "", credential: "" })), known.b));
    const none: [string, GroupMachine][] = [
      ["another instance", machine("b", { instance: "other", peerName: "other" })],
      ["another identity", machine("b", { peerName: "other" })],
      ["a machine that is new", machine("c")],
      ["a machine of which nothing is known", machine("b", { instance: "", peerName: "" })],
    ];
    for (const [what, candidate] of none) {
      it(`is not ${what}`, () => assert.equal(memberOf(known, made, candidate), undefined));
    }
    it("is not one of another group", () =>
      assert.equal(
        memberOf(known, { ...made, group: "H", creator: "x" }, machine("b")),
        undefined,
      ));
    it("is not one of a group that is not made", () =>
      assert.equal(memberOf(known, { ...made, group: "" }, machine("b")), undefined));
    it("is at once who made the group", () =>
      assert.deepEqual(memberOf({}, made, machine("a")), member("a")));
  });

  it("an invitation is needed by who is no member, and once for each token by who is put right", () => {
    assert.equal(needsInvitation(undefined, machine("a")), true);
    assert.equal(needsInvitation(member("a"), machine("a")), false);
    assert.equal(needsInvitation(member("a"), machine("a", { token: "1" })), true);
    const reconciled = member("a", { reconciled: "1" });
    assert.equal(needsInvitation(reconciled, machine("a", { token: "1" })), false);
    assert.equal(needsInvitation(reconciled, machine("a", { token: "2" })), true);
  });

  describe("a step once more", () => {
    const never = member("b", { expires: "" });
    const cases: [string, PeerGroupMember | undefined, GroupMachine, number, string | undefined][] =
      [
        ["is due for who was never connected", never, machine("b"), 1, "fresh"],
        ["and again", { ...never, renewed: "before" }, machine("b"), 1, "fresh"],
        ["stays what it was for who was", member("b", { renewed: "x" }), machine("b"), 1, "x"],
        ["is nothing for who was at once", member("b"), machine("b"), 1, undefined],
        ["waits for who is off", never, machine("b", { isOff: true }), 1, undefined],
        [
          "stays what it was for who is off",
          { ...never, renewed: "x" },
          machine("b", { isOff: true }),
          1,
          "x",
        ],
        ["is of no use without others", never, machine("b"), 0, undefined],
        ["is none of a new member", undefined, machine("b"), 1, undefined],
        [
          "is none of another instance",
          { ...never, renewed: "x" },
          machine("b", { instance: "other", peerName: "other" }),
          1,
          undefined,
        ],
      ];
    for (const [what, known, now, others, expected] of cases) {
      it(what, () => {
        const last = known && { b: known };
        assert.equal(renewalDue(last ?? {}, made, now, others, "fresh"), expected);
      });
    }
  });

  it("a group is lost where another one comes though the rotation is the same, and says with whom", () => {
    const last = before(members("b", "a"));
    const of = (generation: string, now: Record<string, string>, was = last) =>
      lossOfGroup(was, generation, now);
    assert.equal(of("1", instances("a", "b")), undefined);
    assert.equal(of("2", instances("a", "b")), undefined);
    assert.equal(of("1", {}, before({}, { group: "" })), undefined);
    assert.match(of("1+1", { a: "" }) ?? "", /^the group G ends .*: a is replaced, b is removed; /);
    assert.match(of("1+1", {}, before({})) ?? "", /: the last one went before; /);
    const second = before(members("a"), { generation: "1+1" });
    assert.equal(of("1+1", instances("a"), second), undefined);
    assert.match(of("1+2", { a: "" }, second) ?? "", /: a is replaced; /);
  });

  describe("who invites whom", () => {
    const cases: [
      string,
      Record<string, PeerGroupMember>,
      GroupMachine[],
      string | undefined,
      { inviter?: string; invitees: string[] },
    ][] = [
      [
        "the creator at first, the others in one order",
        {},
        [machine("c"), machine("a"), machine("b")],
        "a",
        { inviter: "a", invitees: ["b", "c"] },
      ],
      [
        "the creator by preference",
        members("a", "b"),
        [machine("a"), machine("b"), machine("c")],
        "b",
        { inviter: "b", invitees: ["c"] },
      ],
      [
        "nobody where nobody needs it",
        members("a", "b"),
        [machine("b"), machine("a")],
        "a",
        { inviter: "a", invitees: [] },
      ],
      [
        "another administrator where the creator is replaced",
        members("a", "b", "c"),
        [machine("a", { instance: "other", peerName: "other" }), machine("b"), machine("c")],
        "a",
        { inviter: "b", invitees: ["a"] },
      ],
      [
        "one that is on",
        members("b", "c"),
        [machine("b", { isOff: true }), machine("c"), machine("d")],
        "b",
        { inviter: "c", invitees: ["d"] },
      ],
      [
        "one that is off where no other is left",
        members("b"),
        [machine("b", { isOff: true }), machine("d")],
        "b",
        { inviter: "b", invitees: ["d"] },
      ],
      [
        "one that is not put right itself",
        members("a", "b"),
        [machine("a", { token: "1" }), machine("b")],
        "a",
        { inviter: "b", invitees: ["a"] },
      ],
      [
        "nobody who is no administrator, or was never connected",
        { a: member("a", { expires: "" }), b: member("b", { role: "invitingMember" }) },
        [machine("b"), machine("c"), machine("a", { peerName: "identity of a, not the creator" })],
        "b",
        { invitees: ["a", "c"] },
      ],
    ];
    for (const [what, known, machines, creator, expected] of cases) {
      it(what, () => assert.deepEqual(planInvitations(known, made, machines, creator), expected));
    }
  });

  describe("members that are none of the machines any more", () => {
    const now = new Date("2027-01-01T00:00:00Z");
    const day = 86_400;
    const expires = (days: number) => new Date(now.getTime() + days * day * 1000).toISOString();
    const leaving = (machineKey: string, end: string) => ({
      machine: machineKey,
      peerName: `identity of ${machineKey}`,
      role: "administrator",
      expires: end,
    });
    const gone = (days: number) =>
      before({ ...members("a"), b: member("b", { expires: expires(days) }) });
    const left = (was: GroupBefore, group = "G", still = members("a")) =>
      leavingMembers(was, group, still, 28 * day, now);

    it("are listed until the end that is known, where nobody can have renewed them yet", () =>
      assert.deepEqual(left(gone(20)), [leaving("b", expires(20))]));
    it("are listed until the latest possible end, where somebody may have", () =>
      assert.deepEqual(left(gone(10)), [leaving("b", expires(28))]));
    it("are listed so also where the known end is over", () =>
      assert.deepEqual(left(gone(-1)), [leaving("b", expires(28))]));
    it("stay in the list until that end, and no longer", () => {
      const was = (days: number) =>
        before(members("a"), { leaving: [leaving("b", expires(days))] });
      assert.deepEqual(left(was(1)), [leaving("b", expires(1))]);
      assert.deepEqual(left(was(0)), []);
    });
    it("are those of this group", () => assert.deepEqual(left(gone(20), "H"), []));
    it("are those that a replaced machine was", () => {
      const other = { ...members("a"), b: member("b", { peerName: "another identity" }) };
      assert.deepEqual(left(gone(20), "G", other), [leaving("b", expires(20))]);
    });
  });
});
