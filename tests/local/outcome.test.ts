import assert from "node:assert/strict";
import type { ResourceFailure } from "../../local/eventLog";
import {
  formatChanges,
  formatFailures,
  formatMachines,
  formatPeerNames,
  type MachineOutput,
} from "../../local/outcome";

describe("local/outcome", () => {
  const peerName = `${"0123456789".repeat(4)}.PeerLab`;
  const machine = (person: string, ready = true): MachineOutput => ({
    person,
    computerName: "PC",
    privateIpv4: "10.0.0.4",
    privateIpv6: "fd00::4",
    peerName,
    ready,
  });
  const failure = (name: string): ResourceFailure => ({
    urn: `urn::${name}`,
    name,
    message: "exit status 1",
    guest: { code: "IPv6Disabled", hresult: "0x80070057", message: "Off.", hint: "Switch it on." },
  });
  const rowOf = (table: string, key: string) =>
    table.split("\n").find((line) => line.includes(` ${key} `)) ?? "";

  it("shows each machine with its addresses, and that it is ready", () => {
    const row = rowOf(formatMachines({ "ada-1": machine("ada") }, []), "ada-1");
    for (const text of ["ada", "10.0.0.4", "fd00::4", "012345678901….PeerLab", "yes"]) {
      assert.ok(row.includes(text), `${text} is missing in ${row}`);
    }
  });

  it("gives the failure of a machine to that machine, and not to one whose key begins alike", () => {
    const table = formatMachines({ "ada-1": machine("ada"), "ada-10": machine("ada") }, [
      failure("lab-ada.ada-10"),
    ]);
    assert.match(rowOf(table, "ada-1"), /yes/);
    assert.match(rowOf(table, "ada-10"), /no: IPv6Disabled/);
  });

  it("says of every machine that is not ready why not, also when another one failed", () => {
    const waiting = { "ada-1": { ...machine("ada"), ready: false, pending: ["reboot"] } };
    assert.match(rowOf(formatMachines(waiting, [failure("lab-ada-2-vm")]), "ada-1"), /no: waits/);
    assert.match(rowOf(formatMachines(waiting, []), "ada-1"), /no: waits for reboot/);
  });

  it("says of a failure the code, the result, the message and what to do", () => {
    assert.equal(
      formatFailures([failure("lab-ada-1-vm")]),
      "lab-ada-1-vm: IPv6Disabled (0x80070057): Off.\n  Switch it on.",
    );
  });

  it("names each person's peer name in full, and both where her machines differ", () => {
    const other = { ...machine("grace"), peerName: "0.other" };
    assert.equal(
      formatPeerNames({ a: machine("ada"), b: machine("ada"), c: machine("grace"), d: other }),
      `Peer name of ada: ${peerName}\nPeer name of grace: ${peerName} and 0.other`,
    );
  });

  it("names a person's group instead of her machines' own identities", () => {
    const member = (own: string) => ({ ...machine("ada"), peerName: own, group: "g.PeerLab" });
    assert.equal(
      formatPeerNames({ a: member("0.one"), b: member("0.two"), c: machine("grace") }),
      `Group of ada: g.PeerLab\nPeer name of grace: ${peerName}`,
    );
  });

  it("says plainly that nothing changed, or what did", () => {
    assert.match(
      formatChanges({ changes: { same: 80 }, failures: [] }),
      /^Nothing changed: all 80/,
    );
    assert.equal(
      formatChanges({ changes: { same: 1, create: 2, replace: 3 }, failures: [] }),
      "Changed: 2 created, 3 replaced.",
    );
  });
});
