import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { skipWithout } from "./missing";
import { missingForMono } from "./mono/build";
import { openMonoNetwork, type MonoMachine, type MonoNetwork } from "./mono/mono";
import { exportPassword, facts, scope } from "./suite/identitySteps";
import { canary, type Report } from "./suite/subject";

/** What the contract cannot show of the C#: its ledger, and the judgement on keys call by call. */
describe("guest/PeerLab, identities in C#", function () {
  this.timeout(60_000);
  let network: MonoNetwork;
  let maker: MonoMachine;
  let exported: { peerName: string; exportedIdentity: string };

  before(async function () {
    skipWithout(this, missingForMono());
    network = openMonoNetwork();
    maker = await network.machine("maker", {});
    exported = await report(maker, "Export-PeerIdentity", {
      friendlyName: "exported",
      classifier: "ada",
      exportPassword,
    });
  });
  after(() => network?.close());

  let machines = 0;
  const fresh = () => network.machine(`machine-${++machines}`, {});
  const wanted = () => {
    const { peerName, exportedIdentity } = exported;
    return { peerName, exportedIdentity, exportPassword };
  };
  const state = (identities = [wanted()], changes: object = {}) => ({
    identities: { scope, wanted: identities, ...changes },
  });
  const listed = async (machine: MonoMachine) =>
    (await report(machine, "Get-PeerIdentity")).identities.map(
      ({ credential: _credential, ...rest }: Report) => rest,
    );

  describe("two actions at once", () => {
    /** What two runs of one request at the same moment say. */
    const twice = (
      machine: MonoMachine,
      action: "Export-PeerIdentity" | "Set-PeerMachine",
      request: object,
    ) => Promise.all([report(machine, action, request), report(machine, action, request)]);

    it("make one identity of a friendly name", async () => {
      const machine = await fresh();
      const request = { friendlyName: "once", classifier: "ada", exportPassword };
      const [one, other] = await twice(machine, "Export-PeerIdentity", request);
      assert.equal(one.peerName, other.peerName);
      assert.deepEqual([one.created, other.created].sort(), [false, true]);
      assert.equal((await listed(machine)).length, 1);
    });

    it("set and take back a state as one after the other", async () => {
      const machine = await fresh();
      for (const identities of [[wanted()], []]) {
        const reports = await twice(machine, "Set-PeerMachine", state(identities));
        assert.equal(reports.flatMap(({ changed }) => changed).length, 1);
        assert.equal((await listed(machine)).length, identities.length);
      }
    });
  });

  describe("the ledger", () => {
    const ledgerOf = (machine: MonoMachine) => path.join(machine.directory, "ledger.json");
    const read = (machine: MonoMachine) =>
      JSON.parse(fs.readFileSync(ledgerOf(machine), "ascii")) as object;
    const grace = "peerlab:lab/dev/grace";
    const old = `${"1".repeat(40)}.old`;

    it("is read in its first form, and keeps what other scopes have in it", async () => {
      const machine = await fresh();
      fs.writeFileSync(
        ledgerOf(machine),
        JSON.stringify({
          identities: [
            { scope: grace, peerName: old },
            { scope, peerName: old },
          ],
        }),
      );
      await report(machine, "Set-PeerMachine", state());
      assert.deepEqual(read(machine), {
        identities: [
          { scope: grace, peerName: old },
          { scope, peerName: exported.peerName },
        ],
        groups: [],
      });
    });

    it("is cleared of other scopes only where the list is exclusive, and holds no secret", async () => {
      const machine = await fresh();
      const theirs = { identities: { scope: grace, wanted: [wanted()] } };
      await report(machine, "Set-PeerMachine", theirs);
      await report(machine, "Set-PeerMachine", state([], { exclusive: true }));
      assert.deepEqual(read(machine), { identities: [], groups: [] });
      await report(machine, "Set-PeerMachine", state());
      const text = fs.readFileSync(ledgerOf(machine), "utf8");
      assert.doesNotMatch(text, new RegExp(canary));
      assert.ok(text.length < 300);
    });

    it("is not written where nothing changes, nor by a test", async () => {
      const machine = await fresh();
      await report(machine, "Test-PeerMachine", state());
      assert.ok(!fs.existsSync(ledgerOf(machine)));
      await report(machine, "Set-PeerMachine", state());
      // A file that is replaced is another file.
      const { ino } = fs.statSync(ledgerOf(machine));
      await report(machine, "Set-PeerMachine", state());
      assert.equal(fs.statSync(ledgerOf(machine)).ino, ino);
    });

    it("takes no half-written file for itself", async () => {
      const machine = await fresh();
      await report(machine, "Set-PeerMachine", state());
      fs.writeFileSync(`${ledgerOf(machine)}.unfinished`, '{"identities":[{"scope":');
      const { changed } = await report(machine, "Set-PeerMachine", state([]));
      assert.deepEqual(changed, [`identity ${exported.peerName} removed`]);
      assert.ok(!fs.existsSync(`${ledgerOf(machine)}.unfinished`));
    });

    for (const text of ["", "{", "[]", "{}", '{"identities":{}}', '{"identities":["x"]}']) {
      it(`is refused by its path where it is damaged: ${text || "(empty)"}`, async () => {
        const machine = await fresh();
        fs.writeFileSync(ledgerOf(machine), text);
        const refused = await failure(machine, "Set-PeerMachine", state());
        assert.equal(refused.code, "Unexpected");
        assert.ok(refused.message.includes(ledgerOf(machine)), refused.message);
        assert.match(refused.hint, /Delete the file/);
        assert.deepEqual(await listed(machine), []);
      });
    }
  });

  describe("a key", () => {
    let machine: MonoMachine;
    beforeEach(async () => {
      machine = await fresh();
      await report(machine, "Set-PeerMachine", state());
    });
    afterEach(() => machine?.tell(""));

    /** The codes that say that a key is gone, each at a call that gives it. */
    const dead: [call: string, code: string][] = [
      ["PeerIdentityGetCryptKey", "80070490"],
      ["PeerIdentityGetCryptKey", "80090016"],
      ["CryptGetUserKey", "8009000D"],
      ["CryptExportPublicKeyInfo", "8009000D"],
      ["CryptImportPublicKeyInfo", "8009001F"],
      ["CryptSignHash", "8009000B"],
      ["CryptSignHash", "80090003"],
    ];
    for (const [call, code] of dead) {
      it(`is dead where ${call} answers 0x${code} and the logon opens other keys, and is replaced`, async () => {
        // The slots of a key are tried one after the other.
        const times = call === "CryptGetUserKey" ? 2 : 1;
        machine.tell(`${call}=${code},${times}`);
        const { drift } = await report(machine, "Test-PeerMachine", state());
        assert.deepEqual(drift, [`identity ${exported.peerName} is unusable`]);
        const { changed } = await report(machine, "Set-PeerMachine", state());
        assert.deepEqual(changed, [`identity ${exported.peerName} imported`]);
      });
    }

    /** Failures that say nothing about the key: the identity stays, whatever is wanted. */
    const others: [call: string, code: string, name: string][] = [
      ["PeerIdentityGetCryptKey", "80070070", "PEER_E_DISK_FULL"],
      ["PeerIdentityGetCryptKey", "80630003", "PEER_E_CANNOT_START_SERVICE"],
      ["CryptSignHash", "8007000E", "E_OUTOFMEMORY"],
      ["PeerIdentityGetXML", "80070005", "E_ACCESSDENIED"],
      ["PeerEnumIdentities", "80630003", "PEER_E_CANNOT_START_SERVICE"],
      ["PeerGetItemCount", "80070057", "E_INVALIDARG"],
      ["PeerGetNextItem", "8007000E", "E_OUTOFMEMORY"],
    ];
    for (const [call, code, name] of others) {
      it(`is not called dead where ${call} answers 0x${code}`, async () => {
        machine.tell(`${call}=${code}`);
        for (const action of ["Test-PeerMachine", "Set-PeerMachine"] as const) {
          assert.deepEqual(pick(await failure(machine, action, state())), {
            code: name,
            hresult: `0x${code}`,
            message: `${call} answered ${name} (0x${code}).`,
          });
        }
        machine.tell("");
        assert.deepEqual(await listed(machine), [facts(exported.peerName, exported.peerName)]);
      });
    }

    it("is not called dead where the logon opens no key at all: the probe's code is told", async () => {
      machine.tell("CryptSignHash=80090010");
      const refused = await failure(machine, "Set-PeerMachine", state());
      assert.deepEqual(pick(refused), {
        code: "PEER_E_NO_KEY_ACCESS",
        hresult: "0x80090010",
        message: "This logon cannot open keys of its user: NTE_PERM.",
      });
      machine.tell("");
      assert.deepEqual(await listed(machine), [facts(exported.peerName, exported.peerName)]);
    });

    it("is not usable where the identity's certificate carries another one", async () => {
      await report(machine, "New-PeerIdentity", { friendlyName: "other", classifier: "b" });
      const folder = path.join(machine.user, "identities");
      const records = fs.readdirSync(folder).map((name) => {
        const file = path.join(folder, name);
        return { file, text: fs.readFileSync(file, "utf8") };
      });
      const infoOf = ({ text }: { text: string }) => /^info=.*$/m.exec(text)![0];
      const ours = records.find(({ text }) => text.includes(exported.peerName))!;
      const theirs = records.find((record) => record !== ours)!;
      fs.writeFileSync(ours.file, ours.text.replace(infoOf(ours), infoOf(theirs)));
      const { drift } = await report(machine, "Test-PeerMachine", state());
      assert.deepEqual(drift, [`identity ${exported.peerName} is unusable`]);
    });

    it("is usable whatever form the public credential has", async () => {
      machine.tell("identity-info=pkcs7");
      assert.deepEqual(await listed(machine), [facts(exported.peerName, exported.peerName)]);
    });

    it("proves its peer name also where Windows hashes the SubjectPublicKeyInfo", async () => {
      const other = await fresh();
      other.tell("name-encoding=SubjectPublicKeyInfo");
      const made = await report(other, "New-PeerIdentity", {
        friendlyName: "spki",
        classifier: "ada",
      });
      assert.equal(made.created, true);
      const [identity] = await listed(other);
      assert.deepEqual(identity, facts(made.peerName, "spki"));
    });
  });

  it("lists as many identities as there are, however few Windows hands out at once", async () => {
    const machine = await fresh();
    machine.tell("enumeration-step=1");
    for (const friendlyName of ["a", "b", "c"]) {
      await report(machine, "New-PeerIdentity", { friendlyName, classifier: "ada" });
    }
    const names = (await listed(machine)).map(({ friendlyName }: Report) => friendlyName);
    assert.deepEqual(names, ["a", "b", "c"]);
  });

  it("takes what Windows says it holds already for there, where the list says so too", async () => {
    const machine = await fresh();
    machine.tell("PeerIdentityImport=800700B7");
    assert.deepEqual(pick(await failure(machine, "Import-PeerIdentity", wanted())), {
      code: "PeerIdentityMismatch",
      message: `Windows holds the exported identity already, but not under the name ${exported.peerName}.`,
    });
  });

  it("does not delete an identity whose groups it cannot delete", async () => {
    const machine = await fresh();
    const { peerName } = await report(machine, "New-PeerIdentity", {
      friendlyName: "member",
      classifier: "ada",
    });
    machine.tell("PeerIdentityDelete=80630204");
    assert.equal(
      (await failure(machine, "Remove-PeerIdentity", { peerName })).code,
      "PEER_E_GROUPS_EXIST",
    );
    machine.tell("PeerEnumGroups=80070005");
    assert.equal(
      (await failure(machine, "Remove-PeerIdentity", { peerName })).code,
      "E_ACCESSDENIED",
    );
    // Where grouping does not start there is nothing to ask for.
    machine.tell("PeerGroupStartup=8007042C;PeerEnumGroups=80630002");
    assert.deepEqual(await report(machine, "Remove-PeerIdentity", { peerName }), { removed: true });
  });
});

type Action = Parameters<MonoMachine["run"]>[0];

async function report(machine: MonoMachine, action: Action, request: object = {}): Promise<Report> {
  const answer = await machine.run(action, request);
  if ("failure" in answer) throw new Error(JSON.stringify(answer.failure));
  return answer.report;
}

async function failure(machine: MonoMachine, action: Action, request: object = {}) {
  const answer = await machine.run(action, request);
  if ("report" in answer) throw new Error(`It succeeded: ${JSON.stringify(answer.report)}`);
  return answer.failure;
}

function pick({ code, hresult, message }: Awaited<ReturnType<typeof failure>>) {
  return { code, ...(hresult === undefined ? {} : { hresult }), message };
}
