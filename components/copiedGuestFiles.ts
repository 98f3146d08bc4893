import * as pulumi from "@pulumi/pulumi";
import type { StepPolicy } from "./beforeStep";
import { orInPreview } from "./failedResources";
import { currentGuestFilesHash } from "./guestFiles";
import { attemptAt, guestFilesCopy } from "./guestSteps";
import { together } from "./outputs";
import type { PeerMachines } from "./peerMachine";

/** The machines, each once its guest files are there: for those that are not `WindowsPeer`s. */
export function withGuestFiles(
  name: string,
  machines: PeerMachines,
  policy: StepPolicy,
  parent: { parent: pulumi.Resource },
): PeerMachines {
  const guestFiles = currentGuestFilesHash();
  return Object.fromEntries(
    Object.keys(machines).map((key) => {
      const machine = pulumi.output(machines[key]);
      const step = `${name}.${key}-guest-files`;
      const attempt = attemptAt(
        step,
        machine.instanceId.apply((instance) => ({ instance, guestFiles })),
        parent,
      );
      const copy = guestFilesCopy(
        step,
        { machine, machineName: key, policy, triggers: [attempt] },
        parent,
      );
      return [key, together([machine, orInPreview(copy.id, "")]).apply(([known]) => known)];
    }),
  );
}
