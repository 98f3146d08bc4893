import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import type { GroupMember, PresenceFacts, PresenceState } from "../../guest/contract";
import { addedTo } from "../../local/windows/actions/presenceAddition";
import { isSettled } from "../../local/windows/actions/presenceSettled";
import { skipWithout } from "./missing";
import { buildMonoDriver, missingForMono } from "./mono/build";

/** A rule that lets TCP 8080 in from everywhere. */
const rule = {
  ...{ name: "own", action: "Allow", profile: "Any", protocol: "TCP", localPorts: ["8080"] },
  ...{ remoteAddresses: ["Any"], program: "Any", service: "Any", restricted: false },
};
type Rule = typeof rule;

/** What PowerShell reads from Windows and leaves to C# to judge (FirewallDecision.cs, PresenceFile.cs). */
describe("guest/PeerLab, decisions in C#", function () {
  this.timeout(60_000);
  before(function () {
    skipWithout(this, missingForMono());
  });

  const ask = <Reply>(questions: object[]): Reply[] => {
    const { program, native } = buildMonoDriver();
    const { status, stdout, stderr } = spawnSync("mono", [program, "decisions"], {
      input: questions.map((question) => `${JSON.stringify(question)}\n`).join(""),
      encoding: "utf8",
      env: { ...process.env, ...native.environment, LC_ALL: "C.UTF-8" },
    });
    assert.equal(status, 0, stderr);
    return stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Reply);
  };

  it("reads events by what they are about, also by the service manager's binary part, and what is cut off", () => {
    const hex = (text: string) => Buffer.from(text, "utf16le").toString("hex").toUpperCase();
    const event = (id: number, data: string) =>
      `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='P'/><EventID>${id}</EventID><Level>2</Level><TimeCreated SystemTime='2026-01-02T03:04:05.0000000Z'/></System><EventData>${data}</EventData><RenderingInfo Culture='en-US'><Message>One &amp; \r\ntwo</Message></RenderingInfo></Event>\r\n`;
    const binary = event(
      1,
      `<Data Name='param1'>Dienst</Data><Binary>${hex("PNRPsvc/4")}</Binary>`,
    );
    const task = event(2, "<Data Name='TaskName'>\\PeerLab-Holder</Data>");
    const bare = event(3, "<Data>\\Other\r\nline</Data>");
    const all = binary + task + bare;
    const head = (id: number) =>
      `2026-01-02T03:04:05.0000000Z  ${id}  Error  P\n    One &\n    two\n`;
    const texts = [
      `${head(1)}    param1 = Dienst\n`,
      `${head(2)}    TaskName = \\PeerLab-Holder\n`,
      `${head(3)}    data = \\Other line\n`,
    ];
    const bounds = { words: [] as string[], events: 9, characters: 9999 };
    const table: [object, { text: string; count: number; cut: boolean }][] = [
      [
        { ...bounds, xml: "" },
        { text: "", count: 0, cut: false },
      ],
      [
        { ...bounds, xml: all },
        { text: texts.join(""), count: 3, cut: false },
      ],
      [
        { ...bounds, xml: all, words: ["pnrpsvc"] },
        { text: texts[0]!, count: 1, cut: false },
      ],
      [
        { ...bounds, xml: all, words: ["DIENST"] },
        { text: texts[0]!, count: 1, cut: false },
      ],
      [
        { ...bounds, xml: all, words: ["\\PeerLab-*"] },
        { text: texts[1]!, count: 1, cut: false },
      ],
      [
        { ...bounds, xml: all, events: 1 },
        { text: texts[0]!, count: 1, cut: true },
      ],
      [
        { ...bounds, xml: all, characters: 120 },
        { text: texts[0]!, count: 1, cut: true },
      ],
      [
        { ...bounds, xml: all.slice(0, -200) },
        { text: texts[0]! + texts[1]!, count: 2, cut: true },
      ],
    ];
    assert.deepEqual(
      ask(table.map(([question]) => question)),
      table.map(([, answer]) => answer),
    );
  });

  it("joins the firewall's rules into what happens to a connection over IPv6", () => {
    const table: [string, Partial<Rule>[], object, object][] = [
      ["no rule: the default blocks", [], {}, { action: "block" }],
      ["a default that lets in", [], { open: ["Public"] }, { action: "allow" }],
      ["an allow rule", [{}], {}, { action: "allow", rule: "own" }],
      ["protocol by number", [{ protocol: "6" }], {}, { action: "allow", rule: "own" }],
      ["a range", [{ localPorts: ["22", "8000-8090"] }], {}, { action: "allow", rule: "own" }],
      ["another port", [{ localPorts: ["8081", "RPC"] }], {}, { action: "block" }],
      ["UDP", [{ protocol: "UDP" }], {}, { action: "block" }],
      ["another profile", [{ profile: "Domain, Private" }], {}, { action: "block" }],
      [
        "one of its profiles",
        [{ profile: "Private, Public" }],
        {},
        { action: "allow", rule: "own" },
      ],
      ["IPv4 alone", [{ remoteAddresses: ["10.0.0.0/255.0.0.0"] }], {}, { action: "block" }],
      ["an IPv6 prefix", [{ remoteAddresses: ["fd00::/8"] }], {}, { action: "allow", rule: "own" }],
      [
        "block before allow",
        [{}, { name: "no", action: "Block" }],
        {},
        { action: "block", rule: "no" },
      ],
      [
        "a block rule for other addresses",
        [
          { remoteAddresses: ["fd00:1::/32"] },
          { name: "no", action: "Block", remoteAddresses: ["fd00:2::/32"] },
        ],
        {},
        { action: "allow", rule: "own" },
      ],
      [
        "a block rule for some of the addresses",
        [
          { remoteAddresses: ["fd00::/8"] },
          { name: "no", action: "Block", remoteAddresses: ["fd00:2::1-fd00:2::ff"] },
        ],
        {},
        { action: "block", rule: "no" },
      ],
      [
        "bound to a program that does not hold it",
        [{ program: "C:\\a.exe" }],
        {},
        { action: "block" },
      ],
      [
        "bound to the program that holds it",
        [{ program: "C:\\A.exe" }],
        { program: "c:\\a.exe" },
        { action: "allow", rule: "own" },
      ],
      ["bound to a service", [{ service: "p2psvc" }], {}, { action: "block" }],
      ["bound to more", [{ restricted: true }], {}, { action: "block" }],
      ["a profile that lets nothing in", [{}], { closed: ["Public"] }, { action: "block" }],
      ["a firewall that is off", [{ action: "Block" }], { off: ["Public"] }, { action: "allow" }],
      [
        "the strictest of several profiles",
        [{ profile: "Private" }],
        { profiles: ["Private", "Public"] },
        { action: "block" },
      ],
    ];
    const nothing = {
      port: 8080,
      program: "",
      profiles: ["Public"],
      closed: [],
      open: [],
      off: [],
    };
    const verdicts = ask<object>(
      table.map(([, rules, more]) => ({
        ...nothing,
        ...more,
        rules: rules.map((one) => ({ ...rule, ...one })),
      })),
    );
    for (const [index, [name, , , expected]] of table.entries()) {
      assert.deepEqual(verdicts[index], expected, name);
    }
  });

  it("says what sets the wanted presence apart from the one before", () => {
    const before: PresenceState = {
      names: [
        { service: "web", peerName: "0.web", port: 80 },
        { service: "old", peerName: "0.old", port: 81 },
      ],
      groups: [
        { group: "g1", identity: "i" },
        { group: "g2", identity: "i" },
      ],
    };
    const wanted: PresenceState = {
      names: [
        { service: "chat", peerName: "0.chat", port: 82 },
        { service: "web", peerName: "0.web", port: 8080 },
      ],
      groups: [{ group: "g2", identity: "i" }],
    };
    const [changed, same, none, broken] = ask<Record<string, unknown>>([
      { wanted, before: JSON.stringify(before), state: JSON.stringify(wanted) },
      { wanted, before: JSON.stringify(wanted), state: JSON.stringify(before) },
      { wanted: { names: [], groups: [] }, before: "", state: "" },
      { wanted, before: "{", state: "" },
    ]);
    assert.deepEqual(changed.changed, [
      "presence name chat added",
      "presence name web changed",
      "presence name old removed",
      "presence group g1 removed",
    ]);
    assert.deepEqual(changed.drift, [
      "presence name chat is missing",
      "presence name web differs",
      "presence name old is not wanted",
      "presence group g1 is not wanted",
    ]);
    assert.deepEqual(JSON.parse(changed.text as string), wanted);
    assert.deepEqual(JSON.parse(changed.left as string), { ...before, groups: wanted.groups });
    assert.deepEqual([changed.empty, changed.held], [false, true]);
    assert.deepEqual([same.changed, same.left, same.held], [[], null, false]);
    assert.deepEqual([none.changed, none.left, none.empty, none.held], [[], null, true, true]);
    assert.equal((broken.changed as string[]).length, 3);
  });

  it("adds to what is held as the stand-in does", () => {
    const name = (service: string, peerName = `0.${service}`, port = 80) => ({
      ...{ service, peerName, port },
    });
    const table: [added: PresenceState["names"], expected: PresenceState["names"]][] = [
      [[], [name("a"), name("b")]],
      [[name("c")], [name("a"), name("b"), name("c")]],
      [[name("a", "0.a", 81)], [name("a", "0.a", 81), name("b")]],
      [[name("c", "0.b")], [name("a"), name("c", "0.b")]],
      // One takes the place of two; two take the place of one.
      [[name("a", "0.b")], [name("a", "0.b")]],
      [
        [name("a", "0.x"), name("y", "0.a")],
        [name("a", "0.x"), name("b"), name("y", "0.a")],
      ],
    ];
    const groups = [
      { group: "g", identity: "i" },
      { group: "g", identity: "j", renewsMembers: true },
    ];
    const held = { names: [name("a"), name("b")], groups: [groups[0]!] };
    const answers = ask<{ added: PresenceState }>(
      table.map(([names]) => ({
        wanted: { names, groups: [groups[1]!] },
        before: JSON.stringify(held),
        state: "",
      })),
    );
    for (const [index, [names, expected]] of table.entries()) {
      const wanted: PresenceState = { names: expected, groups };
      assert.deepEqual(answers[index]!.added, wanted);
      assert.deepEqual(addedTo(held, { names, groups: [groups[1]!] }), wanted);
    }
  });

  it("takes for settled what the stand-in takes for it", () => {
    const [group, own, other] = ["a", "b", "c"].map((digit) => `${digit.repeat(40)}.x`) as [
      string,
      string,
      string,
    ];
    const member = (peerName: string, expires = "2126-01-01T00:00:00Z"): GroupMember => ({
      ...{ peerName, role: "member", expires, present: true },
    });
    const name = (state: string) => ({ service: "web", peerName: "0.web", port: 80, state });
    const held = (state: string, ...members: GroupMember[]) => ({
      names: [],
      groups: [{ group, state, members }],
    });
    const ended = "2020-01-01T00:00:00Z";
    const table: [Pick<PresenceFacts, "names" | "groups">, settled: boolean][] = [
      [{ names: [], groups: [] }, true],
      [{ names: [name("registered")], groups: [] }, true],
      [{ names: [name("registered"), name("waiting")], groups: [] }, false],
      [{ names: [name("PEER_E_DUPLICATE_PEER_NAME")], groups: [] }, false],
      [held("connected", member(own), member(other)), true],
      [held("connected"), true],
      [held("waiting", member(own)), false],
      [held("PEER_E_NO_CLOUD", member(own)), false],
      [held("listening", member(own)), true],
      [held("listening", member(own), member(other)), false],
      [held("listening", member(own), member(other, ended)), true],
      [held("listening", member(own, ended)), true],
      // Never synchronised: somebody invited this machine.
      [held("listening"), false],
    ];
    const wanted: PresenceState = { names: [], groups: [{ group, identity: own }] };
    const answers = ask<boolean>(table.map(([facts]) => ({ facts, wanted })));
    for (const [index, [facts, expected]] of table.entries()) {
      assert.equal(answers[index], expected, JSON.stringify(facts));
      assert.equal(isSettled(facts, wanted, Date.now()), expected, JSON.stringify(facts));
    }
  });
});
