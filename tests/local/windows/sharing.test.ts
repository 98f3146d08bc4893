import assert from "node:assert/strict";
import type { Machine } from "../../../local/windows";
import { networkedMachine, openLab, report, type Lab } from "./lab";

const scope = "peerlab:project/stack/ada";
const exportPassword = "Export-Password-1";
const friendlyName = `${scope}#machine:ada-1`;

/** What the components ask of a machine whose person is found in one way, and then in the other. */
describe("local/windows, a person's identity and her group one after the other", () => {
  let lab: Lab;
  let machine: Machine;
  beforeEach(async () => {
    lab = openLab();
    machine = await networkedMachine(lab, "ada-1");
  });
  afterEach(() => lab.dispose());

  const held = async () => {
    const { identities } = await report(machine, "Get-PeerIdentity");
    return identities.map((one: { peerName: string }) => one.peerName);
  };

  const shared = async () => {
    const made = await report(machine, "Export-PeerIdentity", {
      ...{ friendlyName: `${scope}#1`, classifier: "PeerLab", exportPassword },
    });
    const { peerName, exportedIdentity } = made;
    const wanted = [{ peerName, friendlyName: `${scope}#1`, exportedIdentity, exportPassword }];
    return { peerName, wanted };
  };
  const personal = async () => {
    const newIdentity = { friendlyName, classifier: "PeerLab" };
    const { group } = await report(machine, "New-PeerGroup", {
      ...{ newIdentity, friendlyName: `${scope}#1`, classifier: "PeerLab" },
    });
    return { group: group.group as string, identity: group.identity as string };
  };
  const set = async (identities: object[], groups: object[]) => {
    const { changed } = await report(machine, "Set-PeerMachine", {
      identities: { scope, exclusive: true, wanted: identities },
      groups: { scope, exclusive: true, wanted: groups },
    });
    return changed as string[];
  };

  it("removes the shared identity once the group is there, in the same step", async () => {
    const { peerName, wanted } = await shared();
    await set(wanted, []);
    const { group, identity } = await personal();
    assert.notEqual(identity, peerName, "the shared identity is not taken for the machine's own");
    const changed = await set([{ peerName: identity, friendlyName }], [{ group, identity }]);
    assert.deepEqual(changed, [`identity ${peerName} removed`]);
    assert.deepEqual(await held(), [identity]);
  });

  it("removes the group, and then the machine's own identity, once the shared one is there", async () => {
    const { group, identity } = await personal();
    await set([{ peerName: identity, friendlyName }], [{ group, identity }]);
    const { peerName, wanted } = await shared();
    assert.deepEqual(await set(wanted, []), [
      `group ${group} removed`,
      `identity ${identity} removed`,
    ]);
    assert.deepEqual(await held(), [peerName]);
    assert.deepEqual((await report(machine, "Get-PeerGroup")).groups, []);
  });
});
