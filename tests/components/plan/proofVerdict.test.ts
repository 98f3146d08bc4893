import * as assert from "node:assert/strict";
import type { CloudFacts, PresenceFacts } from "../../../guest/contract";
import { guardOf } from "../../../components/plan/proofGuard";
import { nameProofs, presentNameProofs, targetsOf } from "../../../components/plan/proofPairs";
import {
  judgeProof,
  type ProofPlan,
  type ProvedMachine,
} from "../../../components/plan/proofVerdict";
import { securityRulesOf } from "../../../components/plan/securityRulesOf";

const keys = ["a", "b", "c"];
type Listener = NonNullable<ProvedMachine["listener"]>["ports"][number];

const cloud = (state: CloudFacts["state"]): CloudFacts[] => [
  { name: "LinkLocal_ff00", scope: "linkLocal", state: "alone" },
  { name: "Global_", scope: "global", state },
];
const presence = (key: string, change: Partial<PresenceFacts> = {}): PresenceFacts => ({
  holder: "running",
  names: [{ service: "s", peerName: `0.${key}`, port: 5001, state: "registered" }],
  groups: [],
  clouds: [],
  ...change,
});

/** A lab in which everything is as it should be. */
function lab(all = keys): Record<string, ProvedMachine> {
  const names = nameProofs(Object.fromEntries(all.map((key) => [key, [`0.${key}`]])));
  return Object.fromEntries(
    all.map((key): [string, ProvedMachine] => [
      key,
      {
        machine: key,
        address: `fd00::${key}`,
        names: [`0.${key}`],
        groups: [],
        seed: key === "a" ? { role: "seed", server: "seed.x" } : { role: "peer", server: "seed.x" },
        listener: {
          ports: [
            { port: 5001, listener: "opened", firewall: { action: "allow", rule: "PeerLab" } },
          ],
        },
        test: {
          ports: targetsOf(all)[key].map((name) => ({
            name,
            address: `fd00::${name}`,
            port: 5001,
            verdict: "reachable",
          })),
          names: names
            .filter(({ resolvers }) => resolvers.includes(key))
            .map(({ peerName }) => ({ peerName, verdict: "resolved", endpoints: [] })),
          clouds: cloud("active"),
          presence: presence(key),
          clockOffsetSeconds: 12,
        },
      },
    ]),
  );
}

function judge(machines: Record<string, ProvedMachine>, guard?: ProofPlan["guard"]) {
  const all = Object.keys(machines);
  const held = Object.fromEntries(all.map((key) => [key, machines[key].names]));
  const plan = { targets: targetsOf(all), names: nameProofs(held), guard };
  return judgeProof(Object.values(machines), plan);
}

/** All failures of a lab after a change. */
function failures(
  change: (machines: Record<string, ProvedMachine>) => void,
  guard?: ProofPlan["guard"],
) {
  const machines = lab();
  change(machines);
  return Object.values(judge(machines, guard)).flatMap((report) => report.failures);
}

/** Machine a does not reach the port of c. */
const closed =
  (verdict: "silent" | "refused" | "unreachable", listener: Partial<Listener> = {}) =>
  ({ a, c }: Record<string, ProvedMachine>) => {
    a.test!.ports.find(({ name }) => name === "c")!.verdict = verdict;
    Object.assign(c.listener!.ports[0], listener);
  };
const toC = "a does not reach TCP 5001 of c (fd00::c): ";

describe("components/plan/proofVerdict", () => {
  it("finds nothing wrong with a lab in order", () => {
    assert.deepEqual(
      failures(() => {}),
      [],
    );
    const { ports, resolved, clockOffsetSeconds, cloud: state } = judge(lab()).a;
    assert.deepEqual(
      ports.map(({ machine, verdict }) => [machine, verdict]),
      [
        ["b", "reachable"],
        ["c", "reachable"],
      ],
    );
    assert.deepEqual(resolved, [
      { peerName: "0.b", verdict: "resolved" },
      { peerName: "0.c", verdict: "resolved" },
    ]);
    assert.deepEqual([clockOffsetSeconds, state], [12, "active"]);
  });

  const ofPorts: [string, ReturnType<typeof closed>, string][] = [
    [
      "a firewall rule",
      closed("silent", { firewall: { action: "block", rule: "Block-all" } }),
      "the Windows Firewall of c blocks it (rule Block-all)",
    ],
    [
      "no firewall rule",
      closed("silent", { firewall: { action: "block" } }),
      "the Windows Firewall of c blocks it (no rule allows it)",
    ],
    ["nobody who listens", closed("refused"), "nobody listens"],
    [
      "no way",
      closed("unreachable"),
      "a has no way to that address; look at IPv6 on both machines",
    ],
    [
      "another program",
      closed("silent", { listener: "held", program: "other.exe" }),
      "other.exe holds the port and does not answer over IPv6; it has to listen on [::], unrestricted",
    ],
    [
      "nothing known",
      closed("silent"),
      "nothing answers, though neither a known security rule nor the Windows Firewall denies it; IPv6 of that machine, or something between them",
    ],
  ];
  for (const [what, change, reason] of ofPorts) {
    it(`names the pair, the port and the reason: ${what}`, () => {
      assert.deepEqual(failures(change), [`${toC}${reason}`]);
    });
  }

  it("names the security rule that decides now, on the way in or out, and one that may", () => {
    const rule = (fields: object) => ({
      name: "Deny-by-hand",
      priority: 100,
      direction: "Inbound",
      access: "Deny",
      protocol: "*",
      sourceAddressPrefix: "*",
      sourcePortRange: "*",
      destinationAddressPrefix: "*",
      destinationPortRange: "*",
      ...fields,
    });
    const guard = (fields: object) =>
      guardOf(
        [{ name: "lab-group", rules: securityRulesOf({ securityRules: [rule(fields)] }) }],
        ["fd00::a", "fd00::c"],
      );
    const denied = `${toC}security rule Deny-by-hand (priority 100) in lab-group denies it`;
    assert.deepEqual(failures(closed("silent"), guard({})), [denied]);
    assert.deepEqual(failures(closed("silent"), guard({ direction: "Outbound" })), [denied]);
    assert.deepEqual(failures(closed("silent"), guard({ sourceAddressPrefix: "Sql" })), [
      denied.replace("denies", "may deny"),
    ]);
    assert.match(
      failures(closed("silent"), guard({ destinationPortRange: "443" }))[0],
      /nothing answers/,
    );
  });

  it("names all that stops a connection, and a listener that could not be opened", () => {
    const both = failures(
      closed("silent", { firewall: { action: "block" } }),
      () => "security rule X denies it",
    );
    assert.deepEqual(both, [
      `${toC}security rule X denies it; the Windows Firewall of c blocks it (no rule allows it)`,
    ]);
    const found = failures((machines) => {
      closed("silent")(machines);
      Object.assign(machines.c, { listener: undefined, listenerFailed: "out of sockets" });
    });
    assert.deepEqual(found, [
      `${toC}its listener could not be opened: out of sockets`,
      "c: its listener could not be opened: out of sockets",
    ]);
  });

  it("reports a program that holds a declared port, which is no failure", () => {
    const machines = lab();
    Object.assign(machines.c.listener!.ports[0], { listener: "held", program: "other.exe" });
    const reports = judge(machines);
    assert.deepEqual(
      Object.values(reports).flatMap((one) => one.failures),
      [],
    );
    assert.equal(reports.a.ports.find(({ machine }) => machine === "c")?.heldBy, "other.exe");
  });

  const ofMachines: [
    string,
    (machines: Record<string, ProvedMachine>) => void,
    (string | RegExp)[],
  ][] = [
    [
      "a name that is not registered",
      ({ b }) => void (b.test!.presence.names[0].state = "PEER_E_INVALID_PEER_NAME"),
      ["b does not register 0.b: its holder says PEER_E_INVALID_PEER_NAME"],
    ],
    [
      "a name that is not held",
      ({ b }) => void (b.test!.presence.names = []),
      ["b does not register 0.b: its holder says not held"],
    ],
    [
      "a holder that was removed",
      ({ b }) => void (b.test!.presence = presence("b", { holder: "absent", names: [] })),
      [/^b: its presence holder is not installed/],
    ],
    [
      "a holder that does not run",
      ({ b }) => void (b.test!.presence.holder = "stopped"),
      [/^b: its presence holder is not running/],
    ],
    [
      "a name that nobody resolves",
      ({ b }) =>
        void Object.assign(b.test!.names[0], { verdict: "unresolved", code: "PEER_E_NO_CLOUD" }),
      [/^b does not resolve 0\.\w, which \w should register: PEER_E_NO_CLOUD$/],
    ],
    [
      "a name that somebody else answers to",
      ({ b }) => void (b.test!.names[0].verdict = "foreign"),
      [/^b does not resolve 0\.\w, which \w should register: only others answer to it$/],
    ],
    [
      "a cloud that is alone",
      ({ b }) => void (b.test!.clouds = cloud("alone")),
      ["b: its PNRP cloud is alone; it should be found through a under seed.x"],
    ],
    [
      "a cloud that is not there",
      ({ b }) => void (b.test!.clouds = []),
      [/^b: its PNRP cloud is absent/],
    ],
    [
      "a cloud that is not initialised",
      ({ b }) => void (b.test!.clouds = cloud("virtual")),
      [/^b: its PNRP cloud is not initialised/],
    ],
    [
      "a clock that is a day behind",
      ({ b }) => void (b.test!.clockOffsetSeconds = -86400),
      [/^b: its clock is 86400 s behind; 300 s are allowed/],
    ],
    [
      "a test that failed",
      ({ b }) => void Object.assign(b, { test: undefined, testFailed: "no answer" }),
      ["b could not test: no answer"],
    ],
    [
      "no address",
      ({ b }) => void (b.address = ""),
      ["b has no IPv6 address that others could test"],
    ],
  ];
  for (const [what, change, expected] of ofMachines) {
    it(`says what is wrong with a machine: ${what}`, () => {
      const found = failures(change);
      assert.equal(found.length, expected.length, found.join("\n"));
      for (const [index, words] of expected.entries()) {
        if (typeof words === "string") assert.equal(found[index], words);
        else assert.match(found[index], words);
      }
    });
  }

  it("says what denies PNRP between a machine that is alone and the seed, else what is left to look at", () => {
    const alone = ({ b }: Record<string, ProvedMachine>) => void (b.test!.clouds = cloud("alone"));
    const asked: string[] = [];
    const denies: ProofPlan["guard"] = ({ from, to, protocol, port }) => {
      asked.push(`${from.machine} ${to.machine} ${protocol} ${port}`);
      return from.machine === "a" ? "security rule X denies it" : undefined;
    };
    const found = "b: its PNRP cloud is alone; it should be found through a under seed.x";
    assert.deepEqual(failures(alone, denies), [`${found}; UDP 3540: security rule X denies it`]);
    assert.deepEqual(asked.sort(), ["a b UDP 3540", "b a UDP 3540"]);
    assert.deepEqual(
      failures(alone, () => undefined),
      [
        `${found}; no known security rule denies UDP 3540: see whether seed.x leads there (its record, and the link of its private DNS zone)`,
      ],
    );
  });

  it("lets a clock be off by as long as the question was under way", () => {
    assert.deepEqual(
      failures(({ b }) => void Object.assign(b.test!, { clockOffsetSeconds: 300 })),
      [],
    );
    assert.equal(
      failures(({ b }) => void Object.assign(b.test!, { clockOffsetSeconds: 301 })).length,
      1,
    );
    const late = failures(
      ({ b }) =>
        void Object.assign(b, { delaySeconds: 900, test: { ...b.test, clockOffsetSeconds: 905 } }),
    );
    assert.deepEqual(late, []);
  });

  it("wants a group connected while another member is on, and lets the only one listen", () => {
    const members = [{ peerName: "x", role: "administrator" as const, expires: "", present: true }];
    const group = (machine: ProvedMachine, state: string, known = members) => {
      machine.groups = ["g"];
      machine.test!.presence.groups = [{ group: "g", state, members: known }];
    };
    assert.deepEqual(
      failures(({ a, b }) => (group(a, "connected"), group(b, "connected"))),
      [],
    );
    assert.deepEqual(
      failures(({ a }) => group(a, "listening")),
      [],
    );
    assert.deepEqual(
      failures(({ a, b }) => (group(a, "connected"), group(b, "listening"))),
      ["b is not connected to the group g, though a should be in it"],
    );
    assert.deepEqual(
      failures(({ a }) => group(a, "listening", [])),
      ["a has never been connected to the group g: it knows no member"],
    );
    assert.deepEqual(
      failures(({ a }) => group(a, "PEER_E_GROUP_NOT_READY")),
      ["a is not connected to the group g: its holder says PEER_E_GROUP_NOT_READY"],
    );
    assert.deepEqual(
      failures(({ a }) => void (a.groups = ["g"])),
      ["a is not connected to the group g: its holder says not held"],
    );
  });

  it("expects no company of a lab's only machine, nor that somebody else resolves its name", () => {
    for (const state of ["alone", "virtual"] as const) {
      const only = lab(["a"]);
      only.a.test!.clouds = cloud(state);
      const { failures: found, resolved } = judge(only).a;
      assert.deepEqual(found, []);
      assert.deepEqual(resolved, [{ peerName: "0.a", verdict: "heldByAll" }]);
    }
  });

  it("takes a machine for found whose cloud was alone when it tested, where another one resolves its name to its address", () => {
    const ofSeed = ["a: its PNRP cloud is alone"];
    for (const [verdict, endpoint, found] of [
      ["resolved", "[fd00::a]:3541", []],
      ["resolved", "[fd00::c]:3541", ofSeed],
      ["foreign", "[fd00::a]:3541", ofSeed],
    ] as const) {
      const machines = lab();
      machines.a.test!.clouds = cloud("alone");
      const seen = machines.b.test!.names.find(({ peerName }) => peerName === "0.a")!;
      Object.assign(seen, { verdict, endpoints: [endpoint] });
      assert.deepEqual(judge(machines).a.failures, found);
    }
  });

  it("leaves out a machine that takes no part, as tester and as target, and names a seed that is away", () => {
    const machines = lab();
    machines.a.leftOut = "it is off (deallocated)";
    machines.b.test!.clouds = cloud("alone");
    machines.b.test!.ports.forEach((port) => void (port.name === "a" && (port.verdict = "silent")));
    const { a, b } = judge(machines);
    assert.deepEqual([a.leftOut, a.failures], ["it is off (deallocated)", []]);
    assert.deepEqual(
      b.ports.map(({ machine }) => machine),
      ["c"],
    );
    assert.deepEqual(b.failures, [
      "b: its PNRP cloud is alone; it should be found under seed.x; the seed a is left out: it is off (deallocated); start it, or name another one in seeds",
    ]);
  });

  const seeds = (changes: Record<string, Partial<ProvedMachine>>) => {
    const machines = lab(["a", "b", "c", "d"]);
    machines.b.seed = { role: "seed", server: "seed.x" };
    machines.d.test!.clouds = cloud("alone");
    for (const [key, change] of Object.entries(changes)) Object.assign(machines[key], change);
    return judge(machines).d.failures[0].split("; ").at(-1);
  };
  const off = { leftOut: "it is off (deallocated)" };
  it("says what to do where all seeds are left out and one of them is off, and only there", () => {
    assert.equal(seeds({ a: off, b: off }), "start one of them, or name another one in seeds");
    const lost = "its image is not proved";
    assert.equal(seeds({ a: off, b: { leftOut: lost } }), "start it, or name another one in seeds");
    assert.equal(
      seeds({ a: { leftOut: lost }, b: { leftOut: lost } }),
      `the seed b is left out: ${lost}`,
    );
    assert.equal(seeds({ a: off }), "the seed a is left out: it is off (deallocated)");
  });

  describe("what nobody tests, since all who would have are left out", () => {
    /** Of 10 machines, each of which tests the next two and has a name, the notes of those that take part. */
    const missed = (leftOut: Record<string, string>, ports: number[] = [5001]) => {
      const all = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
      const machines = Object.values(lab(all)).map((one) => ({
        ...one,
        ports,
        leftOut: leftOut[one.machine],
      }));
      const held = Object.fromEntries(machines.map(({ machine, names }) => [machine, names]));
      const names = presentNameProofs(held, (key) => leftOut[key] === undefined);
      const reports = judgeProof(machines, { targets: targetsOf(all, 2), names });
      for (const { failures: found } of Object.values(reports)) assert.deepEqual(found, []);
      return Object.values(reports).flatMap(({ notTested }) => notTested ?? []);
    };

    it("is a note and no failure", () => {
      const away = "it is off (deallocated)";
      assert.deepEqual(missed({}), []);
      assert.deepEqual(missed({ a: away }), []);
      // a and b test the ports of c, and resolve the name of j.
      const name = "the name 0.j of j, because a, b are off";
      const both = { a: away, b: away };
      assert.deepEqual(missed(both), ["the ports of c, because a, b are off", name]);
      assert.deepEqual(missed(both, []), [name]);
      assert.deepEqual(missed({ d: away, e: "its image is not proved" }), [
        "the name 0.c of c, because d, e take no part",
        "the ports of f, because d, e take no part",
      ]);
    });

    it("is not said of a lab's only machine, nor of a name that every machine holds", () => {
      assert.equal(judge(lab(["a"])).a.notTested, undefined);
      const machines = lab(["a", "b"]);
      for (const one of Object.values(machines)) one.names = ["0.a"];
      assert.equal(judge(machines).a.notTested, undefined);
    });
  });
});
