import assert from "node:assert/strict";
import {
  copyGuestFiles,
  createMachine,
  failure,
  images,
  openLab,
  preparation,
  report,
} from "./lab";

describe("local/windows/images", () => {
  it("refuses identities on a server by default, and plays the other outcome when asked to", async () => {
    for (const outcome of ["refused", "works"] as const) {
      const lab = openLab(outcome);
      const machine = await createMachine(lab, "server", images.server2022);
      await lab.windows.runCommand(machine.record.vmId, preparation());
      await copyGuestFiles(machine);
      if (outcome === "works") {
        const { stack } = await report(machine, "Test-PeerCapability");
        assert.equal(stack.identity, "S_OK");
      } else {
        const { code, hint } = await failure(machine, "Test-PeerCapability");
        assert.equal(code, "PEER_E_NOT_LICENSED");
        assert.match(hint, /client image/);
      }
      lab.dispose();
    }
  });
});
