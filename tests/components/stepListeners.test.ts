import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type * as remote from "@pulumi/command/remote";
import { PeerLab, SharedPeerIdentity, type PeerLabArgs } from "../../components";
import { areOpen, openedOn, type OpenListeners } from "../../components/proofListeners";
import type { StepListeners } from "../../components/stepListeners";
import type { ListenerFacts, ListenersReport } from "../../guest/contract";
import { finished, mockEngine, settled, type Declared } from "./mocks";

const people: PeerLabArgs["people"] = {
  ada: { machines: { "ada-1": {}, "ada-2": {} }, services: { chat: { port: 5001 } } },
  eve: { sharing: "group", machines: { "eve-1": {}, "eve-2": {} } },
};

async function declare(more: Partial<PeerLabArgs>): Promise<Declared[]> {
  const declared = await mockEngine();
  new PeerLab("lab", { adminSources: ["203.0.113.7"], people, ...more });
  await finished();
  return declared;
}

/** What each machine's own step is asked to listen on, by the name of the step. */
const listening = (declared: Declared[]) =>
  Object.fromEntries(
    declared
      .filter(({ inputs }) => / Set-PeerMachine$/.test(String(inputs.create)))
      .map(({ name, inputs }) => [name, JSON.parse(inputs.stdin).listen]),
  );

const opened = (...ports: number[]): ListenersReport => ({
  ports: ports.map((port): ListenerFacts => ({
    ...{ port, listener: "opened" },
    firewall: { action: "allow" },
  })),
});

describe("components/stepListeners", () => {
  it("let each machine's step of a lab listen on what the proof tests there, for as long as the proof would", async () => {
    const seconds = 600 + 180;
    assert.deepEqual(listening(await declare({})), {
      "lab-ada.ada-1": { ports: [3587, 5001], seconds },
      "lab-ada.ada-2": { ports: [3587, 5001], seconds },
      "lab-eve.eve-1": { ports: [3587], seconds },
      "lab-eve.eve-2": { ports: [3587], seconds },
    });
    const proof = { settleSeconds: 600 };
    const graphPorts = [{ name: "Own", port: 4001 }];
    assert.deepEqual(listening(await declare({ proof, graphPorts }))["lab-eve.eve-1"], {
      ports: [3587, 4001],
      seconds: 600 + 660,
    });
  });

  it("are asked for as the first proof of a machine needs them, where changes go ring by ring", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 8 }, (_, index) => [`bob-${index + 1}`, {}]),
    );
    const declared = await declare({
      people: { ...people, bob: { machines: many } },
      rings: [{ name: "first", people: ["eve"] }],
    });
    const asked = listening(declared);
    assert.equal(asked["lab-eve.eve-1"].seconds, 600 + 180);
    assert.equal(asked["lab-ada.ada-1"].seconds, 600 + 3 * 180);
  });

  it("are asked for by nobody where nothing is tested, or no lab is declared", async () => {
    const alone = await declare({ people: { ada: { machines: { "ada-1": {} } } } });
    assert.deepEqual(listening(alone), { "lab-ada.ada-1": undefined });
    const declared = await mockEngine();
    const connection = { host: "ada-1", user: "labuser", password: "secret" };
    const machine = pulumi.output({ connection, instanceId: "instance" });
    new SharedPeerIdentity("own", { machines: { "ada-1": machine } });
    await finished();
    assert.deepEqual(listening(declared), { "own.ada-1": undefined });
  });

  it("let a listener of the proof depend on its own machine alone", async () => {
    const declared = await declare({});
    const listeners = declared.filter(({ name }) => name.endsWith("-listener"));
    assert.equal(listeners.length, 4);
    for (const { name, dependencies } of listeners) {
      const own = /\.([a-z]+-\d)-listener$/.exec(name)![1];
      const others = ["ada-1", "ada-2", "eve-1", "eve-2"].filter((key) => key !== own);
      for (const urn of dependencies) {
        assert.ok(!others.some((key) => urn.endsWith(key)), `${name} depends on ${urn}`);
        assert.ok(!urn.endsWith(`.${own}`), `${name} depends on ${urn}`);
      }
    }
  });

  describe("and the proof's own step", () => {
    before(() => mockEngine());

    const stepWith = (report: ListenersReport | undefined): StepListeners => ({
      wanted: { ports: [5001], seconds: 780 },
      report: pulumi.output(report) as StepListeners["report"],
      ageSeconds: () => undefined,
    });
    const answer = (report: ListenersReport) => pulumi.output(JSON.stringify(report));
    const failed = pulumi.output(pulumi.unknown as unknown as string);
    const failure = { code: "TimedOut", message: "No listener opened.", hint: "Look." };
    const cases: [
      string,
      pulumi.Output<string>,
      ListenersReport | undefined,
      number[] | undefined,
    ][] = [
      ["the proof's answer counts where it ran", answer(opened(1)), opened(2), [1]],
      ["the machine's own where it had nothing to do", pulumi.output(""), opened(2), [2]],
      ["nobody listens where neither did", pulumi.output(""), undefined, undefined],
      ["nobody listens where neither could", pulumi.output(""), { failure }, undefined],
      [
        "nobody listens where the proof's failed, whatever was before",
        failed,
        opened(2),
        undefined,
      ],
    ];
    for (const [name, stdout, report, expected] of cases) {
      it(name, async () => {
        const known = openedOn({ stdout } as remote.Command, stepWith(report));
        const answered = (await settled(known)) as OpenListeners | undefined;
        assert.deepEqual(
          answered?.ports.map(({ port }) => port),
          expected,
        );
      });
    }
  });

  describe("spare the proof a connection", () => {
    const cases: [string, boolean, number | undefined, ListenersReport | undefined][] = [
      ["where the step has just opened them", true, 60, opened(3587, 5001)],
      ["where it holds more", true, 60, opened(1, 3587, 5001)],
      ["not where the step has not run in this update", false, undefined, opened(3587, 5001)],
      ["not where it was too long ago", false, 481, opened(3587, 5001)],
      ["not where one is missing", false, 60, opened(5001)],
      ["not where the step never spoke of any", false, 60, undefined],
      [
        "not where the step could not open them",
        false,
        60,
        { failure: { code: "TimedOut", message: "No listener opened.", hint: "Look." } },
      ],
    ];
    for (const [name, expected, ageSeconds, report] of cases) {
      it(name, () => {
        const step: StepListeners = {
          wanted: { ports: [3587, 5001], seconds: 780 },
          report: pulumi.output(report),
          ageSeconds: () => ageSeconds,
        };
        assert.equal(areOpen(step, report, [3587, 5001], 4, 120), expected);
      });
    }
  });
});
