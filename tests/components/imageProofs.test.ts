import * as assert from "node:assert/strict";
import { PeerLab, type PeerLabArgs } from "../../components";
import { finished, mockEngine, type Declared } from "./mocks";

const other = { image: "windows-10" };

async function declare(
  more: Pick<PeerLabArgs, "people"> & Partial<PeerLabArgs>,
  proved: Record<string, string> = {},
): Promise<Declared[]> {
  const declared = await mockEngine({ "peerlab:index:ImageProofs": { proved } });
  new PeerLab("lab", { adminSources: ["203.0.113.7"], ...more });
  await finished();
  return declared;
}

const commandsOf = (declared: Declared[]) =>
  declared.filter(({ type }) => type === "command:remote:Command");

/** The steps that prove something, sorted. */
function proving(declared: Declared[]): string[] {
  return commandsOf(declared)
    .filter(({ inputs }) => JSON.parse(inputs.stdin).proveCapability === true)
    .map(({ name }) => name)
    .sort();
}

describe("components/imageProofs", () => {
  it("are one part of a lab without inputs, which would make the engine forget what it knows", async () => {
    const declared = await declare({ people: { ada: { machines: { "ada-1": {} } } } });
    assert.deepEqual(
      declared
        .filter(({ type }) => type.endsWith(":ImageProofs"))
        .map(({ name, inputs, parent }) => [name, inputs, parent.split("::").at(-1)]),
      [["lab-images", {}, "lab"]],
    );
  });

  it("are asked for of the steps on the prover's own instance alone, and no more once it has given them", async () => {
    const people = {
      ada: { machines: { "ada-1": {}, "ada-2": {} } },
      grace: { sharing: "group" as const, machines: { "grace-1": other, "grace-2": other } },
    };
    const seeds = ["ada-2", "grace-2"];
    const all = [
      "lab-ada-2-seed",
      "lab-ada-export",
      "lab-ada.ada-1",
      "lab-grace.grace-1",
      "lab-grace.grace-1-identity",
    ];
    assert.deepEqual(proving(await declare({ people, seeds })), all);
    const given = {
      "windows-11": "instance-of-lab-ada-1-vm",
      "windows-10": "instance-of-lab-grace-1-vm",
    };
    assert.deepEqual(proving(await declare({ people, seeds }, given)), []);
    const ofAnother = { ...given, "windows-11": "instance-of-before" };
    assert.deepEqual(
      proving(await declare({ people, seeds }, ofAnother)),
      all.filter((name) => name.startsWith("lab-ada")),
    );
  });

  const labs: Record<string, Pick<PeerLabArgs, "people"> & Partial<PeerLabArgs>> = {
    "two images with the makers crosswise": {
      people: {
        ada: { machines: { "a-1": {}, "a-2": other }, maker: "a-2" },
        bea: { machines: { "b-1": {}, "b-2": other }, maker: "b-1" },
      },
      seeds: ["a-1", "b-2"],
    },
    "an image that is only imported to, whose seed is not its prover": {
      people: { ada: { machines: { "a-1": {}, "a-2": other, "a-3": other } } },
      seeds: ["a-3"],
    },
    "groups beside identities on the same images, and a seed of each kind": {
      people: {
        ada: {
          sharing: "group",
          machines: { "a-1": {}, "a-2": other },
          group: { creator: "a-2" },
        },
        bea: { machines: { "0-1": other, "b-2": {} } },
      },
      seeds: ["a-2", "b-2"],
    },
    "an image whose only maker is in a later ring": {
      people: {
        ada: { machines: { "a-1": {}, "a-2": other, "a-3": other } },
        bea: { machines: { "b-1": other, "b-2": {} } },
      },
      rings: [{ name: "canary", people: ["ada"] }],
      seeds: ["a-3", "b-1"],
    },
  };
  for (const [name, lab] of Object.entries(labs)) {
    it(`let every step be declared in a lab with ${name}`, async () => {
      const names = commandsOf(await declare(lab)).map((command) => command.name);
      for (const [person, { machines = {} }] of Object.entries(lab.people)) {
        for (const key of Object.keys(machines)) {
          assert.ok(names.includes(`lab-${person}.${key}`), key);
          assert.ok(names.includes(`lab-proof.${key}-test`), key);
        }
      }
      for (const seed of lab.seeds ?? []) assert.ok(names.includes(`lab-${seed}-seed`), seed);
    });
  }
});
