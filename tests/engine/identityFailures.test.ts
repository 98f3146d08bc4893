import * as assert from "node:assert/strict";
import * as crypto from "node:crypto";
import * as path from "node:path";
import { readEventLog, type ResourceFailure } from "../../local/eventLog";
import { createKeyPair, encodeExport } from "../../local/windows/identity/exportFormat";
import { peerNameOf } from "../../local/windows/identity/peerName";
import { secretsOfIdentity } from "./labSecrets";
import { engineTimeout, openLabProject, type LabProject, type Run } from "./labProject";
import { findLeaks } from "./secretPlaces";
import type { KnownSecret } from "../secretScanner";

/** An identity as its owner brings it: base64 of the exported file's bytes. */
interface Brought {
  peerName: string;
  exportedIdentity: string;
  exportPassword: string;
}

async function newExport(): Promise<Brought> {
  const pair = await createKeyPair("Chat");
  const peerName = peerNameOf(crypto.createPublicKey(pair.privateKey), "Chat");
  const exportPassword = `Brought-${crypto.randomBytes(9).toString("base64url")}`;
  const bytes = encodeExport(peerName, pair, exportPassword);
  return { peerName, exportedIdentity: bytes.toString("base64"), exportPassword };
}

/** The same identity with the exported text changed. */
function changed(brought: Brought, change: (text: string) => string): Brought {
  const text = Buffer.from(brought.exportedIdentity, "base64").toString("utf16le");
  const exportedIdentity = Buffer.from(change(text), "utf16le").toString("base64");
  return { ...brought, exportedIdentity };
}

/** Another letter of base64 in the middle of the container: the XML and the base64 stay well-formed. */
function otherLetter(text: string): string {
  const start = text.indexOf(">", text.indexOf("<DATA")) + 1;
  const at = Math.floor((start + text.indexOf("</DATA>")) / 2);
  return text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
}

const wrong: Record<string, { code: RegExp; of: (good: Brought) => Brought }> = {
  password: {
    code: /^ERROR_INVALID_PASSWORD$/,
    of: (good) => ({ ...good, exportPassword: "Not-the-right-1-at-all" }),
  },
  "first-byte": {
    code: /^E_INVALIDARG$/,
    of: (good) => changed(good, (text) => `[${text.slice(1)}`),
  },
  // A checksum made with the password guards the container: p2p.dll cannot tell the two apart.
  middle: {
    code: /^(ERROR_INVALID_PASSWORD|E_INVALIDARG)$/,
    of: (good) => changed(good, otherLetter),
  },
  truncated: {
    code: /^E_INVALIDARG$/,
    of: (good) => changed(good, (text) => text.slice(0, text.length / 2)),
  },
  "other-xml": {
    code: /^E_INVALIDARG$/,
    of: (good) =>
      changed(good, (text) => text.replaceAll("PEERIDENTITYEXPORT", "PEERIDENTITYINFO")),
  },
};

describe("engine: identities that cannot be had, by the real CLI against the stand-in", function () {
  this.timeout(240_000);
  const good: Record<string, Brought> = {};
  const secrets: KnownSecret[] = [];
  let lab: LabProject;
  let failures: ResourceFailure[];
  let failed: Run;

  before(async function () {
    this.timeout(engineTimeout);
    for (const person of Object.keys(wrong)) {
      good[person] = await newExport();
      const { exportedIdentity, exportPassword } = good[person];
      secrets.push(...secretsOfIdentity(person, exportedIdentity, exportPassword));
      const given = wrong[person].of(good[person]);
      secrets.push(
        {
          name: `what was given as ${person}'s password`,
          bytes: Buffer.from(given.exportPassword),
        },
        {
          name: `what was given as ${person}'s identity`,
          bytes: Buffer.from(given.exportedIdentity.slice(800)),
          piece: 48,
        },
      );
    }
    lab = await openLabProject();
    configure((person) => wrong[person].of(good[person]));
  });
  after(() => lab?.close());

  const configure = (brought: (person: string) => Brought) =>
    lab.configure({
      "azure-native:location": "westeurope",
      adminSources: ["203.0.113.7"],
      people: Object.fromEntries([
        ...Object.keys(wrong).map((person) => {
          const { exportedIdentity, exportPassword } = brought(person);
          const machines = { [`${person}-1`]: {}, ...(person === "password" ? { other: {} } : {}) };
          return [person, { machines, exportedIdentity, exportPassword }];
        }),
        // Who makes the first identity shows that the image can; the others wait for that.
        ["able", { machines: { "able-1": {} } }],
        ["full", { machines: { "full-1": {} } }],
        ["refused", { machines: { "refused-1": {} } }],
      ]),
    });
  const failureOf = (person: string): ResourceFailure => {
    const found = failures.find(({ name }) => name === `lab-${person}-export`);
    assert.ok(found, `${person}: ${failures.map(({ name }) => name).join(", ")}`);
    return found;
  };
  const identitiesOf = (machine: string) => {
    const found = lab.standIn.windows
      .machines()
      .find(({ facts }) => facts.computerName === machine);
    assert.ok(found, machine);
    return Object.values(found.record.identities)
      .flat()
      .map(({ peerName }) => peerName);
  };
  const machines = () => lab.standIn.windows.machines().map(({ facts }) => facts.computerName);

  it("fails on each with the machine's own code and what to do, and finishes what has nothing to do with it", async () => {
    lab.standIn.faults.add({ kind: "identityStoreFull", match: "full-1" });
    lab.standIn.faults.add({ kind: "keyFolderRefused", match: "refused-1" });
    const eventLog = path.join(lab.directory, "events.ndjson");
    const debug = { PULUMI_DEBUG_COMMANDS: "true" };
    const args = ["up", "--yes", "--skip-preview", "--stack", "test", "--continue-on-error"];
    failed = await lab.run(
      "pulumi",
      [...args, "--non-interactive", "--event-log", eventLog],
      debug,
    );
    lab.standIn.faults.clear();
    assert.notEqual(failed.code, 0);
    failures = readEventLog(eventLog)?.failures ?? [];
    for (const [person, { code }] of Object.entries(wrong)) {
      const { guest } = failureOf(person);
      assert.match(guest?.code ?? "", code, person);
      assert.match(guest?.hresult ?? "", /^0x8[0-9A-F]{7}$/i);
      assert.match(
        guest?.hint ?? "",
        /the password that the identity was exported under|byte for byte/,
      );
      assert.ok(failed.output.includes(`"code":"${guest?.code}"`), "the output says it too");
    }
    assert.equal(failureOf("full").guest?.code, "PEER_E_TOO_MANY_IDENTITIES");
    assert.match(failureOf("full").guest?.hint ?? "", /Delete identities of this user/);
    assert.equal(failureOf("refused").guest?.code, "PEER_E_NO_KEY_ACCESS");
    assert.match(failureOf("refused").guest?.hint ?? "", /rights on the key folder/);
    assert.equal(failures.length, Object.keys(wrong).length + 2, "nothing else failed");
  });

  it("leaves no identity on any of these machines, and shows nothing secret", () => {
    for (const machine of machines().filter((one) => one !== "able-1")) {
      assert.deepEqual(identitiesOf(machine), [], machine);
    }
    const output = [{ name: "up", bytes: Buffer.from(failed.output) }];
    assert.deepEqual(findLeaks({ output }, secrets), []);
  });

  it("is whole after the next up with the right ones", async () => {
    configure((person) => good[person]);
    const up = await lab.up();
    assert.equal(up.code, 0, up.output);
    const { machines: known, people } = await lab.outputs();
    for (const machine of machines()) {
      assert.equal(known[machine].ready, true, machine);
      const { peerName } = people[known[machine].person];
      assert.deepEqual(identitiesOf(machine), [peerName], machine);
      assert.equal(known[machine].peerName, peerName);
    }
    for (const [person, { peerName }] of Object.entries(good)) {
      assert.equal(people[person].peerName, peerName);
    }
    const again = await lab.up("--expect-no-changes");
    assert.equal(again.code, 0, again.output);
  });
});
