import * as assert from "node:assert/strict";
import { describeFindings } from "../../../components/inputErrors";
import { checkMachine, type MachineDefinition } from "../../../components/plan/machine";
import { readConfiguration } from "../../../components/plan/configuration";

const good = { "peerlab:people": '{"ada":{"machines":{"a1":{}}}}' };

function said(key: string, value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const { findings } = readConfiguration("peerlab", { ...good, [`peerlab:${key}`]: text });
  return describeFindings("it", findings);
}

function saidOf(definition: MachineDefinition): string {
  return describeFindings("it", checkMachine("", "pc-1", definition));
}

describe("components: secrets that ended up in the wrong place", () => {
  it("are not shown where a wrong indentation puts them below a key that wants a text", () => {
    const misplaced = { exportPassword: "hunter2", exportedIdentity: "x" };
    for (const value of [misplaced, [misplaced]]) {
      for (const [key, around] of [
        ["people", { ada: { maker: value } }],
        ["people", { ada: { displayName: value } }],
        ["machineDefaults", { size: value }],
        ["adminSources", [value]],
      ] as const) {
        const text = said(key, around);
        assert.match(text, /: is a (map|list); it must be a text \[CONFIGURATION-TYPE\]/);
        assert.doesNotMatch(text, /hunter2|object Object/);
      }
    }
  });

  it("are not shown where a wrong indentation puts them among the roles of a group", () => {
    const group = { roles: { password: "hunter2" } };
    const people = { ada: { sharing: "group", group, machines: { a1: {} } } };
    const text = said("people", people);
    assert.match(text, /roles\.password: \(not shown\); allowed are administrator/);
    assert.doesNotMatch(text, /hunter2/);
  });

  it("are not shown where a jump host's port belongs", () => {
    const jumpHost = {
      host: "192.0.2.1",
      user: "jump",
      privateAddress: "10.0.0.4",
      port: "hunter2",
    };
    assert.match(said("jumpHost", jumpHost), /jumpHost\.port: \(not shown\); it must be a number/);
  });

  it("are not shown in the address of an MSI, of which host and path are", () => {
    const cases: [address: string, shown: string][] = [
      ["https://user:hunter2@example.org/o.exe", '"https://example.org/o.exe"'],
      ["https://user:hunter2@ss@example.org/o.exe?a@b", '"https://example.org/o.exe"'],
      ["https://user:1/hunter2@example.org/o.exe", "(not shown)"],
      ["user:hunter2@example.org/o.exe", "(not shown)"],
      ["http://example.org/o.msi?sig=hunter2", '"http://example.org/o.msi"'],
      ["https://example.org/o.exe#hunter2", '"https://example.org/o.exe"'],
    ];
    for (const [openSshMsi, shown] of cases) {
      const text = saidOf({ openSshMsi });
      assert.ok(text.includes(`openSshMsi: is ${shown};`), text);
      assert.doesNotMatch(text, /hunter2/);
    }
  });

  it("takes the address of an MSI with a signature in its query", () => {
    const openSshMsi = "https://ab.blob.core.windows.net/c/o.msi?sp=r&sig=SIGNATURE%3D";
    assert.deepEqual(checkMachine("", "pc-1", { openSshMsi }), []);
  });

  it("are not shown where a private key stands in the place of a public one, or of anything", () => {
    const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA";
    const jumpHost = { host: "192.0.2.1", user: "jump" };
    for (const hostKey of [key, "b3BlbnNzaC1rZXktdjEA"]) {
      const text = saidOf({ jumpHost: { ...jumpHost, hostKey } });
      assert.match(text, /jumpHost\.hostKey: \(not shown\).*public host key/);
      assert.doesNotMatch(text, /b3BlbnN|BEGIN/);
    }
    assert.doesNotMatch(saidOf({ size: key }), /b3BlbnN|BEGIN/);
  });
});
