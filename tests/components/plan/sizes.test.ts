import * as assert from "node:assert/strict";
import { sizeClass } from "../../../components/plan/sizes";

describe("components/plan/sizes", () => {
  const cases: [size: string, expected: string][] = [
    ["Standard_D2s_v5", "no temporary disk, SCSI"],
    ["Standard_D8s_v5", "no temporary disk, SCSI"],
    ["Standard_D2ds_v5", "temporary disk, SCSI"],
    ["Standard_D2_v4", "no temporary disk, SCSI"],
    ["Standard_D2as_v4", "no temporary disk, SCSI"],
    ["Standard_D2s_v3", "temporary disk, SCSI"],
    ["Standard_D2", "temporary disk, SCSI"],
    ["Standard_E4-2s_v5", "no temporary disk, SCSI"],
    ["Standard_E4ads_v5", "temporary disk, SCSI"],
    ["Standard_D2ads_v6", "temporary disk, NVMe"],
    ["Standard_D2s_v6", "no temporary disk, NVMe"],
    ["Standard_B2ms", "temporary disk, SCSI"],
    ["Standard_B2s_v2", "no temporary disk, SCSI"],
    ["Standard_DC2s_v3", "other"],
    ["Standard_F4s_v2", "other"],
    ["Standard_NC4as_T4_v3", "other"],
    ["something", "other"],
  ];
  for (const [size, expected] of cases) {
    it(`says of ${size}: ${expected}`, () => assert.equal(sizeClass(size), expected));
  }
});
