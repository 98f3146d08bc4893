import * as assert from "node:assert/strict";
import { readMachineSize } from "../../../local/azure/rules/machineSize";
import type { Properties } from "../../../local/provider";
import { isPlain } from "./machineCase";
import type { Stage } from "./stage";
import { makeLab, makeMachine, openStage } from "./stage";

describe("local/azure, sizes", () => {
  it("are read from their names: a resource disk or none, and the disk controllers they take", () => {
    const scsi = ["SCSI"];
    const nvme = ["NVMe"];
    const both = ["SCSI", "NVMe"];
    const known: [string, boolean | undefined, string[] | undefined][] = [
      ["Standard_B2s", true, scsi],
      ["Standard_B2ms", true, scsi],
      ["Standard_B2as_v2", false, scsi],
      ["Standard_A2m_v2", true, scsi],
      ["Standard_DS2_v2", true, scsi],
      ["Standard_DS3_v2_Promo", true, scsi],
      ["Standard_D2_v3", true, scsi],
      ["Standard_D2s_v3", true, scsi],
      ["Standard_D2s_v4", false, scsi],
      ["Standard_D2ds_v4", true, scsi],
      ["Standard_D2as_v4", true, scsi],
      ["Standard_D2s_v5", false, scsi],
      ["Standard_D2ds_v5", true, scsi],
      ["standard_d2DS_V5", true, scsi],
      ["Standard_D2as_v5", false, scsi],
      ["Standard_D2ads_v5", true, scsi],
      ["Standard_E32-16ads_v5", true, scsi],
      ["Standard_E4bds_v5", true, both],
      ["Standard_DC2s_v2", true, scsi],
      ["Standard_DC2as_v5", false, scsi],
      ["Standard_F4s_v2", true, scsi],
      ["Standard_D2s_v6", false, nvme],
      // Its local disk is of another kind.
      ["Standard_D2ds_v6", false, nvme],
      // Sources differ on what these take.
      ["Standard_D2as_v6", false, undefined],
      ["Standard_E4as_v7", false, nvme],
      ["Standard_NC4as_T4_v3", undefined, undefined],
      ["Standard_L8s_v3", undefined, undefined],
      ["Standard_HB120rs_v3", undefined, undefined],
      ["a size of tomorrow", undefined, undefined],
    ];
    for (const [name, resourceDisk, controllers] of known) {
      const read = readMachineSize(name);
      assert.deepEqual([read.resourceDisk, read.controllers], [resourceDisk, controllers], name);
    }
  });

  describe("change in place", () => {
    let stage: Stage;
    beforeEach(async () => {
      stage = await openStage();
    });
    afterEach(() => stage.close());

    const resize = async (
      from: string,
      to: string,
      storage: Properties = {},
      power?: "deallocated",
    ) => {
      const machine = { hardwareProfile: { vmSize: `Standard_${from}` } };
      const lab = await makeLab(stage);
      const made = (await makeMachine(stage, lab, "ada", { machine })).machine;
      const { storageProfile } = made.inputs;
      if (power) await stage.server.setPower(String(made.outputs.vmId), power);
      const updated = await stage.update(made, {
        ...made.inputs,
        hardwareProfile: { vmSize: `Standard_${to}` },
        storageProfile: { ...(isPlain(storageProfile) ? storageProfile : {}), ...storage },
      });
      assert.deepEqual(updated.outputs.hardwareProfile, { vmSize: `Standard_${to}` });
      assert.equal(updated.outputs.vmId, made.outputs.vmId);
      return String(made.outputs.vmId);
    };
    const temporaryDisk =
      /Status=409 Code="OperationNotAllowed" Message="Unable to resize the VM 'ada' since changing from resource disk to non-resource disk VM size and vice-versa is not allowed\./;

    it("restarts the machine, which keeps its instance", async () => {
      const vmId = await resize("D2s_v5", "E4as_v5");
      assert.deepEqual(stage.windows.powers, [
        [vmId, "deallocated"],
        [vmId, "running"],
      ]);
    });

    for (const [from, to] of [
      ["D2s_v5", "D2ds_v5"],
      ["D2ds_v5", "D2s_v5"],
      ["D2s_v3", "D2s_v5"],
      ["D4s_v3", "D4ds_v6"],
    ]) {
      it(`is refused from ${from} to ${to}, of which one has a temporary disk`, async () => {
        await assert.rejects(resize(from, to), temporaryDisk);
        assert.deepEqual(stage.windows.powers, [], "the machine goes on as it was");
      });
    }

    it("is refused to a size that takes NVMe alone, unless the controller is changed with it", async () => {
      await assert.rejects(
        resize("D2s_v5", "D2s_v6"),
        /Status=400 Code="InvalidParameter" Message="The VM size 'Standard_D2s_v6' cannot boot with OS image or disk\./,
      );
    });

    it("takes a change of the controller along while the machine is off", async () => {
      await resize("D2s_v5", "D2s_v6", { diskControllerType: "NVMe" }, "deallocated");
    });

    it("stays in place within the sizes that take NVMe alone", async () => {
      await resize("D2s_v6", "D4ds_v6");
    });

    it("leaves sizes that nothing is known of to Azure", async () => {
      await resize("D2s_v5", "L8s_v3");
    });
  });
});
