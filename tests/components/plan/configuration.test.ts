import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { configurationShape, readConfiguration } from "../../../components/plan/configuration";

const good = {
  "peerlab:adminSources": '["203.0.113.7"]',
  "peerlab:people": '{"ada":{"machines":{"ada-1":{},"ada-2":null}}}',
  "azure-native:location": "westeurope",
};

function findingsOf(values: Record<string, string>, environment = {}): string[] {
  return readConfiguration("peerlab", { ...good, ...values }, environment).findings.map(
    ({ path: where, reason }) => `${where}: ${reason}`,
  );
}

describe("components/plan/configuration", () => {
  it("accepts a good configuration, keys without a value included, and leaves other namespaces alone", () => {
    const { definition, findings } = readConfiguration("peerlab", good);
    assert.deepEqual(findings, []);
    assert.deepEqual(definition.people, { ada: { machines: { "ada-1": {}, "ada-2": {} } } });
  });

  const cases: [what: string, values: Record<string, string>, path: string, words: RegExp][] = [
    ["no people", { "peerlab:people": "{}" }, "people", /at least one person/],
    [
      "a computer name with a space",
      { "peerlab:people": '{"ada":{"machines":{"ada 1":{}}}}' },
      'people.ada.machines["ada 1"]',
      /"ada 1".*letters, digits and hyphens/,
    ],
    [
      "a computer name of 16 characters",
      { "peerlab:people": '{"ada":{"machines":{"a-name-far-too-long":{}}}}' },
      'people.ada.machines["a-name-far-too-long"]',
      /"a-name-far-too-long".*19 characters.*1 to 15/,
    ],
    [
      "two machines with one name, in another case",
      {
        "peerlab:people":
          '{"ada":{"machines":{"pc-1":{}}},"grace":{"machines":{"g-1":{"computerName":"PC-1"}}}}',
      },
      'people.grace.machines["g-1"].computerName',
      /"PC-1".*people\.ada\.machines\["pc-1"\]/,
    ],
    [
      "two machines with one key",
      {
        "peerlab:people":
          '{"ada":{"machines":{"pc-1":{}}},"grace":{"machines":{"pc-1":{"computerName":"g1"}}}}',
      },
      'people.grace.machines["pc-1"]',
      /same key as people\.ada\.machines\["pc-1"\]/,
    ],
    [
      "adminSources missing",
      { "peerlab:adminSources": "[]" },
      "adminSources",
      /missing.*203\.0\.113\.7/,
    ],
    [
      "adminSources everybody",
      { "peerlab:adminSources": '["*"]' },
      "adminSources[0]",
      /"\*".*allowed are/,
    ],
    [
      "adminSources everybody in numbers",
      { "peerlab:adminSources": '["0.0.0.0/0"]' },
      "adminSources[0]",
      /open to everyone/,
    ],
    [
      "adminSources everybody in IPv6",
      { "peerlab:adminSources": '["203.0.113.7","::/0"]' },
      "adminSources[1]",
      /open to everyone/,
    ],
    [
      "an IPv6 subnet that is not a /64",
      { "peerlab:ipv6Subnet": "fd5a:9c2e:71b0::/56" },
      "ipv6Subnet",
      /\/56.*exactly a \/64/,
    ],
    [
      "an IPv6 subnet outside the network",
      { "peerlab:ipv6Subnet": "fd00:1::/64" },
      "ipv6Subnet",
      /fd00:1::\/64.*not inside.*fd5a:9c2e:71b0::\/48/,
    ],
    [
      "a port out of range",
      { "peerlab:graphPorts": '[{"port":65536}]' },
      "graphPorts[0].port",
      /65536.*1 to 65535/,
    ],
    [
      "a port twice",
      { "peerlab:graphPorts": '[{"port":4000},{"port":4000}]' },
      "graphPorts[1].port",
      /same as graphPorts\[0\]/,
    ],
    [
      "a port of the peer infrastructure",
      { "peerlab:graphPorts": '[{"port":3587}]' },
      "graphPorts[0].port",
      /Grouping/,
    ],
    [
      "an unknown image preset",
      { "peerlab:machineDefaults": '{"image":"windows-12"}' },
      "machineDefaults.image",
      /"windows-12".*windows-11/,
    ],
    ["an unknown key", { "peerlab:peeple": "{}" }, "peeple", /no known key.*did you mean "people"/],
    [
      "an unknown key of a machine",
      { "peerlab:people": '{"ada":{"machines":{"a1":{"imgae":"windows-11"}}}}' },
      "people.ada.machines.a1.imgae",
      /did you mean "image".*known are computerName/,
    ],
    [
      "a number where a port with its name belongs",
      { "peerlab:graphPorts": "[4000]" },
      "graphPorts[0]",
      /is 4000; it must be a map/,
    ],
    [
      "a number where administrators' addresses belong",
      { "peerlab:adminSources": "[203]" },
      "adminSources[0]",
      /is 203 \(write "203"\)/,
    ],
    [
      "a text where a person belongs, and not people as empty for it",
      { "peerlab:people": '{"ada":"pc-1"}' },
      "people.ada",
      /is a text \(not shown\); it must be a map/,
    ],
    ["a list where a map belongs", { "peerlab:people": '["ada"]' }, "people", /must be a map/],
    [
      "a text where a number belongs",
      { "peerlab:graphPorts": '[{"port":"4000"}]' },
      "graphPorts[0].port",
      /"4000".*a number/,
    ],
    [
      "a seed that is no machine",
      { "peerlab:seeds": '["ada-9"]' },
      "seeds[0]",
      /"ada-9".*ada-1, ada-2/,
    ],
    [
      "outbound that does not exist",
      { "peerlab:outbound": "bridge" },
      "outbound",
      /"bridge".*natGateway/,
    ],
    [
      "a machine key that is none, though the computer name is one",
      { "peerlab:people": '{"ada":{"machines":{"we/ird":{"computerName":"pc1"}}}}' },
      'people.ada.machines["we/ird"]',
      /"we\/ird".*letters, digits and hyphens/,
    ],
    [
      "a person of a name that JavaScript takes for something else",
      { "peerlab:people": '{"__proto__":{"machines":{"a1":{}}}}' },
      "people.__proto__",
      /"__proto__".*lower-case/,
    ],
    [
      "a way out by a subnet that is only being made",
      { "peerlab:outbound": "existing" },
      "outbound",
      /"existing".*natGateway/,
    ],
    [
      "a number where a text belongs, with what to write",
      { "peerlab:people": '{"ada":{"rotation":2,"machines":{"a1":{}}}}' },
      "people.ada.rotation",
      /is 2 \(write "2"\)/,
    ],
    [
      "a time zone by the name that other systems give it",
      { "peerlab:machineDefaults": '{"timeZone":"Europe/Berlin"}' },
      "machineDefaults.timeZone",
      /"Europe\/Berlin".*W\. Europe Standard Time/,
    ],
    [
      "an export without its password",
      { "peerlab:people": '{"ada":{"exportedIdentity":"AAAA","machines":{"a1":{}}}}' },
      "people.ada.exportPassword",
      /missing/,
    ],
  ];
  for (const [what, values, where, words] of cases) {
    it(`refuses ${what}, once, with its path, the value and what is allowed`, () => {
      const findings = findingsOf(values);
      const here = findings.filter((finding) => finding.startsWith(`${where}: `));
      assert.equal(here.length, 1, findings.join("\n"));
      assert.match(here[0], words);
      assert.deepEqual(findings, here);
    });
  }

  it("refuses a password Azure would refuse, for each reason, without showing it", () => {
    for (const password of ["short-A1!", "onlylowercaseletters", "Labuser-is-in-here-1!"]) {
      const findings = findingsOf({ "peerlab:adminPassword": password });
      assert.equal(findings.length, 1, findings.join("\n"));
      assert.match(findings[0], /^adminPassword: \(not shown\)/);
      assert.ok(!findings[0].includes(password));
    }
  });

  it("shows nothing of a text that stands where a map with secrets belongs", () => {
    const [finding] = findingsOf({}, { PEERLAB_JUMP_HOST: "{host:1,password:hunter2" });
    assert.match(finding, /^PEERLAB_JUMP_HOST: is a text \(not shown\); it must be a map/);
  });

  it("collects the findings of shape and of content, all at once", () => {
    const findings = findingsOf({
      "peerlab:adminSources": '["*"]',
      "peerlab:ipv6Subnet": "fd00:1::/64",
      "peerlab:nonsense": "1",
      "peerlab:people": '{"ada":{"machines":{"a 1":{}}}}',
    });
    assert.deepEqual(findings.map((finding) => finding.split(": ")[0]).sort(), [
      "adminSources[0]",
      "ipv6Subnet",
      "nonsense",
      'people.ada.machines["a 1"]',
    ]);
  });

  it("reports an inherited mistake once, and not for each machine", () => {
    const findings = findingsOf({
      "peerlab:machineDefaults": '{"zone":"4"}',
      "peerlab:people": '{"ada":{"machines":{"a1":{},"a2":{},"a3":{"zone":"5"}}}}',
    });
    assert.deepEqual(
      findings.map((finding) => finding.split(": ")[0]),
      ["machineDefaults.zone", "people.ada.machines.a3.zone"],
    );
  });

  it("takes the jump host from the environment only where the stack's file has none", () => {
    const environment = { PEERLAB_JUMP_HOST: '{"host":"192.0.2.1","user":"jump","password":"x"}' };
    assert.equal(
      readConfiguration("peerlab", good, environment).definition.jumpHost?.host,
      "192.0.2.1",
    );
    const own = { ...good, "peerlab:jumpHost": '{"host":"192.0.2.2","user":"me"}' };
    assert.equal(
      readConfiguration("peerlab", own, environment).definition.jumpHost?.host,
      "192.0.2.2",
    );
  });

  it("takes the proof's token from the environment before that of the stack's file, and judges both", () => {
    const proof = { "peerlab:proof": '{"token":"2026-11-20","sample":3}' };
    const tokenOf = (values: Record<string, string>, environment = {}) =>
      readConfiguration("peerlab", { ...good, ...values }, environment).definition.proof;
    assert.deepEqual(tokenOf(proof, { PEERLAB_PROOF_TOKEN: "now" }), { token: "now", sample: 3 });
    assert.deepEqual(tokenOf({}, { PEERLAB_PROOF_TOKEN: "now" }), { token: "now" });
    // A variable that is empty is one that is not there.
    assert.deepEqual(tokenOf(proof, { PEERLAB_PROOF_TOKEN: "" })?.token, "2026-11-20");
    assert.equal(tokenOf({}), undefined);
    const wrong = { "peerlab:proof": '{"token":"ä"}' };
    const found = findingsOf(wrong, { PEERLAB_PROOF_TOKEN: "a\nb" });
    assert.deepEqual(
      found.map((finding) => finding.split(":")[0]),
      ["proof.token", "PEERLAB_PROOF_TOKEN"],
    );
    assert.match(found[1], /^PEERLAB_PROOF_TOKEN: is "a\\nb"; it is 1 to 64 characters of ASCII/);
  });

  it("takes the notes of copied identities out of the lab's definition, and refuses other shapes", () => {
    const noted = { ...good, "peerlab:identityCopies": '{"ada":"0a.PeerLab","gone":"0b.PeerLab"}' };
    const { definition, identityCopies, findings } = readConfiguration("peerlab", noted);
    assert.deepEqual(findings, []);
    assert.deepEqual(identityCopies, { ada: "0a.PeerLab", gone: "0b.PeerLab" });
    assert.ok(!("identityCopies" in definition), "the lab would change with each note");
    assert.deepEqual(readConfiguration("peerlab", good).identityCopies, {});
    for (const [value, finding] of [
      ['["ada"]', /^identityCopies: .*must be a map$/],
      ["ada", /^identityCopies: .*must be a map$/],
      ['{"ada":["0a.PeerLab"]}', /^identityCopies\.ada: .*must be a text$/],
    ] as const) {
      const [found, ...others] = findingsOf({ "peerlab:identityCopies": value });
      assert.match(found, finding);
      assert.deepEqual(others, []);
    }
  });

  it("knows exactly the keys that Pulumi.yaml declares", () => {
    const file = fs.readFileSync(path.join(__dirname, "../../../Pulumi.yaml"), "utf8");
    const declared = Object.keys((parse(file) as { config: object }).config);
    assert.deepEqual(declared.sort(), Object.keys(configurationShape).sort());
  });

  for (const stage of ["dev", "staging", "prod", "local"]) {
    it(`finds nothing wrong with Pulumi.${stage}.yaml but what its reader has to fill in`, () => {
      const file = fs.readFileSync(path.join(__dirname, `../../../Pulumi.${stage}.yaml`), "utf8");
      const { config } = parse(file) as { config: Record<string, unknown> };
      const values = Object.fromEntries(
        Object.entries(config).map(([key, value]) => [
          key,
          typeof value === "string" ? value : JSON.stringify(value),
        ]),
      );
      const { findings } = readConfiguration("peerlab", values);
      assert.deepEqual(
        findings.map((finding) => finding.path),
        stage === "local" ? [] : ["adminSources"],
      );
    });
  }
});
