import * as assert from "node:assert/strict";
import type { LabProject } from "./labProject";

/** What the user `labuser` of each machine really holds, by computer name: peer names. */
export function heldIdentities(lab: LabProject): Record<string, string[]> {
  return Object.fromEntries(
    lab.standIn.windows
      .machines()
      .map(({ record, facts }) => [
        facts.computerName,
        (record.identities.labuser ?? []).map(({ peerName }) => peerName).sort(),
      ]),
  );
}

/** The Windows machine of that computer name. */
export function guestOf(lab: LabProject, computerName: string) {
  return (
    lab.standIn.windows.machines().find(({ facts }) => facts.computerName === computerName) ??
    assert.fail(`there is no machine ${computerName}`)
  );
}

/** The ARM id of the VM of a machine of the lab. */
export function virtualMachineOf(lab: LabProject, key: string): string {
  const found = lab.standIn.azure
    .resources()
    .find(({ type, name }) => type.endsWith("/virtualMachines") && name.startsWith(`lab-${key}-`));
  return found?.id ?? assert.fail(`there is no VM of ${key}`);
}

/** The URN of a resource of the stack by its logical name; of several, the one of that type. */
export async function urnOf(lab: LabProject, name: string, type = ""): Promise<string> {
  const found = (await lab.resources()).find(
    ({ urn, type: own }) => urn.endsWith(`::${name}`) && own.endsWith(type),
  );
  return found?.urn ?? assert.fail(`there is no resource ${name}`);
}
