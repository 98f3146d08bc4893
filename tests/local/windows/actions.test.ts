import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Machine } from "../../../local/windows";
import { SessionEnded } from "../../../local/windows";
import {
  createMachine,
  failure,
  labPassword,
  labUser,
  networking,
  openLab,
  preparation,
  readyMachine,
  report,
  send,
  type Lab,
} from "./lab";

const exportPassword = "Export-Pass-1";
const scope = "peerlab:lab/dev/ada";

describe("local/windows/actions", () => {
  let lab: Lab;
  let maker: Machine;
  let target: Machine;
  let exported: { peerName: string; exportedIdentity: string };
  let other: { peerName: string; exportedIdentity: string };

  const wanted = (identity = exported, friendlyName?: string) => ({
    peerName: identity.peerName,
    exportedIdentity: identity.exportedIdentity,
    exportPassword,
    ...(friendlyName ? { friendlyName } : {}),
  });

  before(async () => {
    lab = openLab();
    maker = await readyMachine(lab, "ada-1");
    target = await readyMachine(lab, "ada-2");
    const make = (friendlyName: string) =>
      report(maker, "Export-PeerIdentity", { friendlyName, classifier: "ada", exportPassword });
    exported = await make(`${scope}#1`);
    other = await make(`${scope}#2`);
  });
  after(() => lab.dispose());
  afterEach(async () => {
    lab.faults.clear();
    await report(target, "Set-PeerMachine", { identities: { scope, wanted: [] } });
  });

  it("exports the identity it finds by its friendly name instead of making another", async () => {
    const again = await report(maker, "Export-PeerIdentity", {
      friendlyName: `${scope}#1`,
      classifier: "ada",
      exportPassword,
    });
    assert.equal(again.created, false);
    assert.equal(again.peerName, exported.peerName);
    const { identities } = await report(maker, "Get-PeerIdentity");
    assert.equal(identities.length, 2);
  });

  it("does not choose between two identities of one friendly name", async () => {
    await report(target, "Import-PeerIdentity", wanted(exported, "twice"));
    await report(target, "Import-PeerIdentity", wanted(other, "twice"));
    const { code } = await failure(target, "Export-PeerIdentity", {
      friendlyName: "twice",
      classifier: "c",
      exportPassword,
    });
    assert.equal(code, "PeerIdentityAmbiguous");
    for (const { peerName } of [exported, other]) {
      await report(target, "Remove-PeerIdentity", { peerName });
    }
  });

  it("sets a machine to its state once: the second run changes nothing", async () => {
    const state = {
      networking,
      identities: { scope, wanted: [wanted(exported, `${scope}#1`)] },
    };
    const first = await report(target, "Set-PeerMachine", state);
    assert.deepEqual(first.identities, [
      {
        peerName: exported.peerName,
        friendlyName: `${scope}#1`,
        usable: true,
        openedIn: "session",
      },
    ]);
    assert.deepEqual(first.networking.firewallRules, ["PeerLab-grouping-ipv6", "PeerLab-ssh-ipv4"]);
    assert.equal(first.networking.seedServer, "seed.lab.internal");
    assert.equal(first.networking.ipv6Addresses.length, 1);
    const second = await report(target, "Set-PeerMachine", state);
    assert.deepEqual(second.changed, []);
    assert.deepEqual(second.pending, []);
  });

  it("adds the new identity before it removes the one no longer wanted", async () => {
    await report(target, "Set-PeerMachine", { identities: { scope, wanted: [wanted()] } });
    const { changed, identities } = await report(target, "Set-PeerMachine", {
      identities: { scope, wanted: [wanted(other)] },
    });
    assert.deepEqual(changed, [
      `identity ${other.peerName} imported`,
      `identity ${exported.peerName} removed`,
    ]);
    assert.equal(identities.length, 1);
  });

  it("leaves identities of other scopes and of nobody alone", async () => {
    await report(target, "Import-PeerIdentity", wanted(other));
    await report(target, "Set-PeerMachine", { identities: { scope, wanted: [wanted()] } });
    await report(target, "Set-PeerMachine", {
      identities: { scope: "peerlab:lab/dev/grace", wanted: [wanted()] },
    });
    await report(target, "Set-PeerMachine", { identities: { scope, wanted: [] } });
    const { identities } = await report(target, "Get-PeerIdentity");
    assert.equal(identities.length, 2, "the shared one and the one of nobody stay");
    await report(target, "Set-PeerMachine", {
      identities: { scope: "peerlab:lab/dev/grace", wanted: [] },
    });
    await report(target, "Remove-PeerIdentity", { peerName: other.peerName });
  });

  it("removes what other scopes have put there, and nobody's, where the machine is one person's alone", async () => {
    const grace = "peerlab:lab/dev/grace";
    await report(target, "Set-PeerMachine", {
      identities: { scope, wanted: [wanted(exported, `${scope}#1`)] },
    });
    const state = { identities: { scope: grace, exclusive: true, wanted: [wanted(other)] } };
    const { drift } = await report(target, "Test-PeerMachine", state);
    assert.deepEqual(drift, [
      `identity ${other.peerName} is missing`,
      `identity ${exported.peerName} is not wanted`,
    ]);
    const { changed } = await report(target, "Set-PeerMachine", state);
    assert.deepEqual(changed, [
      `identity ${other.peerName} imported`,
      `identity ${exported.peerName} removed`,
    ]);
    assert.deepEqual((await report(target, "Test-PeerMachine", state)).drift, []);
    assert.deepEqual((await report(target, "Set-PeerMachine", state)).changed, []);
    await report(target, "Set-PeerMachine", { identities: { scope: grace, wanted: [] } });
  });

  it("says whether the identity to be removed was there", async () => {
    await report(target, "Import-PeerIdentity", wanted());
    const { peerName } = exported;
    assert.equal((await report(target, "Remove-PeerIdentity", { peerName })).removed, true);
    assert.equal((await report(target, "Remove-PeerIdentity", { peerName })).removed, false);
  });

  it("imports once: the second time it says the identity was there", async () => {
    assert.equal((await report(target, "Import-PeerIdentity", wanted())).imported, true);
    assert.equal((await report(target, "Import-PeerIdentity", wanted())).imported, false);
    await report(target, "Remove-PeerIdentity", { peerName: exported.peerName });
  });

  it("fails when the machine holds another key than it was given, and keeps none", async () => {
    lab.faults.add({ kind: "wrongKey", match: "ada-2", times: 1 });
    const { code, message } = await failure(target, "Set-PeerMachine", {
      identities: { scope, wanted: [wanted()] },
    });
    assert.equal(code, "PeerIdentityMismatch");
    assert.match(message, /removed again/);
    assert.deepEqual((await report(target, "Get-PeerIdentity")).identities, []);
  });

  describe("keeps nothing and says what to do where an identity cannot be had:", () => {
    const original = () => Buffer.from(exported.exportedIdentity, "base64");
    const withBytes = (change: (bytes: Buffer) => Buffer) => () => ({
      exportedIdentity: change(original()).toString("base64"),
    });
    /** Another character of the container inside the XML, so that only its checksum can tell. */
    const inContainer = (bytes: Buffer) => {
      const xml = bytes.toString("utf16le");
      const at = xml.indexOf("</DATA>") - 400;
      const other = xml[at] === "A" ? "B" : "A";
      return Buffer.from(xml.slice(0, at) + other + xml.slice(at + 1), "utf16le");
    };
    const password = {
      code: "ERROR_INVALID_PASSWORD",
      hresult: "0x80070056",
      hint: /password.*unchanged/,
    };
    const invalid = { code: "E_INVALIDARG", hresult: "0x80070057", hint: /byte for byte/ };
    const cases: [string, () => object, { code: string; hresult?: string; hint: RegExp }][] = [
      ["a wrong password", () => ({ exportPassword: "wrong" }), password],
      ["a changed container", withBytes(inContainer), password],
      [
        "a changed first byte",
        withBytes((bytes) => Buffer.concat([Buffer.from([bytes[0]! ^ 1]), bytes.subarray(1)])),
        invalid,
      ],
      ["an export cut short", withBytes((bytes) => bytes.subarray(0, -100)), invalid],
      [
        "an export cut between two bytes of a character",
        withBytes((bytes) => bytes.subarray(0, -101)),
        { code: "InvalidRequest", hint: /contract/ },
      ],
      ["other XML", withBytes(() => Buffer.from("<a/>", "utf16le")), invalid],
      [
        "one character more",
        withBytes((bytes) => Buffer.concat([bytes, Buffer.from("\n", "utf16le")])),
        invalid,
      ],
      [
        "a full store",
        () => {
          lab.faults.add({ kind: "identityStoreFull", match: "ada-2", times: 1 });
          return {};
        },
        { code: "PEER_E_TOO_MANY_IDENTITIES", hresult: "0x80630202", hint: /no longer used/ },
      ],
      [
        "a key folder that refuses its user",
        () => {
          lab.faults.add({ kind: "keyFolderRefused", match: "ada-2", times: 1 });
          return {};
        },
        { code: "PEER_E_NO_KEY_ACCESS", hresult: "0x80630203", hint: /key folder/ },
      ],
    ];
    for (const [title, change, expected] of cases) {
      it(title, async () => {
        const identity = { ...wanted(), ...change() };
        const found = await failure(target, "Set-PeerMachine", {
          identities: { scope, wanted: [identity] },
          userPassword: labPassword,
        });
        assert.deepEqual([found.code, found.hresult], [expected.code, expected.hresult]);
        assert.match(found.hint, expected.hint);
        for (const secret of [identity.exportPassword, labPassword]) {
          assert.ok(!JSON.stringify(found).includes(`"${secret}"`));
        }
        assert.deepEqual((await report(target, "Get-PeerIdentity")).identities, []);
        const { identities } = await report(target, "Set-PeerMachine", {
          identities: { scope, wanted: [wanted()] },
        });
        assert.equal(identities.length, 1, "the next run with the right one is whole");
      });
    }
  });

  it("makes none in a full store or behind a refusing key folder, and takes no identity for dead there", async () => {
    const make = { friendlyName: "third", classifier: "ada", exportPassword };
    lab.faults.add({ kind: "identityStoreFull", match: "ada-1", times: 1 });
    const full = await failure(maker, "Export-PeerIdentity", make);
    assert.equal(full.code, "PEER_E_TOO_MANY_IDENTITIES");
    lab.faults.add({ kind: "keyFolderRefused", match: "ada-1" });
    const refused = await failure(maker, "Export-PeerIdentity", make);
    assert.equal(refused.code, "PEER_E_NO_KEY_ACCESS");
    const held = await failure(maker, "Set-PeerMachine", {
      identities: { scope, wanted: [wanted(), wanted(other)] },
      userPassword: labPassword,
    });
    assert.equal(held.code, "PEER_E_NO_KEY_ACCESS");
    lab.faults.clear();
    const { identities } = await report(maker, "Get-PeerIdentity");
    assert.deepEqual(
      identities.map(({ usable }: { usable: boolean }) => usable),
      [true, true],
    );
  });

  it("refuses requests by the name of the field, and for other machines, files, contracts", async () => {
    const badPort = structuredClone(networking);
    badPort.firewallRules[1]!.port = 0;
    const cases: [object, string, RegExp][] = [
      [{ networking: badPort }, "InvalidRequest", /networking\.firewallRules\[1\]\.port/],
      [{ surplus: 1 }, "InvalidRequest", /request: unknown field surplus/],
      [{ identities: { scope } }, "InvalidRequest", /identities\.wanted/],
      [{ instance: "0" }, "InvalidRequest", /instance/],
      [{ instance: maker.record.vmId }, "WrongMachine", /this machine is the instance/i],
      [{ guestFiles: "0".repeat(64) }, "GuestFilesMismatch", /guest files/],
      [{ contract: 2 }, "ContractMismatch", /contract 1/],
    ];
    for (const [request, code, message] of cases) {
      const refused = await failure(target, "Set-PeerMachine", request);
      assert.equal(refused.code, code);
      assert.match(refused.message, message);
    }
  });

  it("refuses a range of another family than the firewall rule's", async () => {
    const mixed = structuredClone(networking);
    mixed.firewallRules[0]!.remoteAddresses.push("fd00::/64");
    const { code, message } = await failure(target, "Set-PeerNetworking", { networking: mixed });
    assert.equal(code, "InvalidRequest");
    assert.match(message, /firewallRules\[0\]\.remoteAddresses: expected IPv4 prefixes/);
  });

  it("notices that a guest file was changed on the machine's disk", async () => {
    const machine = await readyMachine(lab, "changed");
    machine.disk.write("C:/ProgramData/PeerLab/PeerLab.psm1", Buffer.from("# other"), {
      userName: "SYSTEM",
      kind: "system",
      administrator: true,
      masterKeys: [],
    });
    const { code } = await failure(machine, "Get-PeerReport");
    assert.equal(code, "GuestFilesMismatch");
  });

  it("does not run the script where it was not copied", async () => {
    const machine = await createMachine(lab, "bare");
    const { exitCode, stderr } = await send(machine, "Get-PeerReport");
    assert.equal(exitCode, 0xfffd0000);
    assert.match(stderr, /does not exist/);
  });

  it("names what a machine without the stack lacks, also before identities are set", async () => {
    lab.faults.add({ kind: "noPeerStack", match: "ada-2" });
    for (const request of [{}, { identities: { scope, wanted: [wanted()] } }]) {
      const action = "identities" in request ? "Set-PeerMachine" : "Test-PeerCapability";
      const refused = await failure(target, action, request);
      assert.equal(refused.code, "PEER_E_NOT_LICENSED");
      assert.equal(refused.hresult, "0x80630004");
      assert.match(refused.message, /identity|grouping|PeerEnumIdentities/);
      assert.match(refused.hint, /Windows 11/);
    }
    const told = await report(target, "Get-PeerReport");
    assert.equal(told.capability.stack.identity, "PEER_E_NOT_LICENSED");
  });

  it("reports the capability of a machine that has all it needs", async () => {
    const { stack, services } = await report(target, "Test-PeerCapability");
    assert.deepEqual(stack, { identity: "S_OK", grouping: "S_OK", pnrp: "S_OK" });
    const running = services.filter((service: { status: string }) => service.status === "Running");
    assert.deepEqual(
      running.map((service: { name: string }) => service.name),
      ["p2pimsvc", "PNRPsvc", "p2psvc"],
    );
  });

  it("uses a task under the user's password where the session cannot open keys", async () => {
    lab.faults.add({ kind: "sessionCannotOpenKeys", match: "ada-2" });
    const state = { identities: { scope, wanted: [wanted()] } };
    assert.equal((await failure(target, "Set-PeerMachine", state)).code, "PEER_E_NO_KEY_ACCESS");
    const wrong = await failure(target, "Set-PeerMachine", { ...state, userPassword: "wrong" });
    assert.equal(wrong.code, "PEER_E_NO_KEY_ACCESS");
    const { identities } = await report(target, "Set-PeerMachine", {
      ...state,
      userPassword: labPassword,
    });
    assert.equal(identities[0].openedIn, "task");
    assert.equal(identities[0].usable, true);
  });

  it("imports whichever identity the export holds where no peer name is given", async () => {
    const { exportedIdentity } = exported;
    const { identity } = await report(target, "Import-PeerIdentity", {
      exportedIdentity,
      exportPassword,
    });
    assert.equal(identity.peerName, exported.peerName);
    await report(target, "Remove-PeerIdentity", { peerName: identity.peerName });
  });

  it("accepts an empty list of identities on a machine that has no peer stack", async () => {
    lab.faults.add({ kind: "noPeerStack", match: "ada-2" });
    const { changed } = await report(target, "Set-PeerMachine", {
      identities: { scope: "peerlab:lab/dev/new", wanted: [] },
    });
    assert.deepEqual(changed, []);
  });

  it("imports an identity again whose key was lost with a password that was reset", async () => {
    const fresh = await readyMachine(lab, "reset");
    const state = { identities: { scope, wanted: [wanted()] } };
    await report(fresh, "Set-PeerMachine", state);
    const result = await lab.windows.runCommand(fresh.record.vmId, {
      ...preparation(),
      script: `net user ${labUser} ${labPassword}`,
      parameters: [],
    });
    assert.equal(result.executionState, "Succeeded");
    assert.equal((await report(fresh, "Get-PeerIdentity")).identities[0].usable, false);
    const { changed, identities } = await report(fresh, "Set-PeerMachine", state);
    assert.deepEqual(changed, [`identity ${exported.peerName} imported`]);
    assert.equal(identities[0].usable, true);
  });

  it("is cut in the middle of its work and finishes it in the next run", async () => {
    lab.faults.add({ kind: "dropConnection", match: "ada-2", moment: "during", times: 1 });
    const state = { identities: { scope, wanted: [wanted(), wanted(other)] } };
    await assert.rejects(send(target, "Set-PeerMachine", state), SessionEnded);
    assert.equal((await report(target, "Get-PeerIdentity")).identities.length, 1);
    const { identities } = await report(target, "Set-PeerMachine", state);
    assert.equal(identities.length, 2);
  });

  it("has no effect when cut before, and all of it when cut after", async () => {
    const state = { identities: { scope, wanted: [wanted()] } };
    const count = async () => (await report(target, "Get-PeerIdentity")).identities.length;
    lab.faults.add({ kind: "dropConnection", match: "Set-Peer", moment: "before", times: 1 });
    await assert.rejects(send(target, "Set-PeerMachine", state), SessionEnded);
    assert.equal(await count(), 0);
    lab.faults.add({ kind: "reboot", match: "Set-Peer", moment: "after", times: 1 });
    const bootedAt = target.record.bootedAt;
    lab.clock.now += 1000;
    await assert.rejects(send(target, "Set-PeerMachine", state), SessionEnded);
    assert.equal(await count(), 1);
    assert.notEqual(target.record.bootedAt, bootedAt);
  });

  it("keeps its identities over a restart of the stand-in", async () => {
    await report(target, "Set-PeerMachine", { identities: { scope, wanted: [wanted()] } });
    const before = target.record.vmId;
    const windows = lab.restart();
    maker = windows.find(maker.record.vmId)!;
    target = windows.find(before)!;
    const { identities } = await report(target, "Get-PeerIdentity");
    assert.equal(identities[0].peerName, exported.peerName);
    assert.equal(identities[0].usable, true);
  });

  it("leaves no password, exported identity or private key on disk in any encoding", async () => {
    await report(target, "Set-PeerMachine", { identities: { scope, wanted: [wanted()] } });
    const document = Buffer.from(exported.exportedIdentity, "base64");
    const container = /<DATA [^>]*>([^<]+)</.exec(document.toString("utf16le"))![1]!;
    const secrets = [labPassword, exportPassword].flatMap((secret) => [
      Buffer.from(secret),
      Buffer.from(secret, "utf16le"),
      Buffer.from(Buffer.from(secret).toString("base64")),
      Buffer.from(Buffer.from(secret, "utf16le").toString("base64")),
      Buffer.from(Buffer.from(secret).toString("hex")),
    ]);
    secrets.push(
      Buffer.from(exported.exportedIdentity.slice(400, 500)),
      document.subarray(400, 500),
      Buffer.from(container.slice(400, 500)),
      Buffer.from(container, "base64").subarray(400, 500),
      Buffer.from("BEGIN RSA PRIVATE KEY"),
      Buffer.from("BEGIN PRIVATE KEY"),
      // The beginning of a PKCS#8 document with a 2048-bit RSA key, plain and in base64.
      Buffer.from("020100300d06092a864886f70d0101010500048204", "hex"),
      Buffer.from("IBADANBgkqhkiG9w0BAQEFAASC"),
    );
    let files = 0;
    for (const entry of fs.readdirSync(lab.directory, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      files++;
      const content = fs.readFileSync(path.join(entry.parentPath, entry.name));
      for (const [index, secret] of secrets.entries()) {
        assert(!content.includes(secret), `${entry.name} holds secret ${index}`);
      }
    }
    assert(files > 5);
  });
});
