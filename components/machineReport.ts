import type * as pulumi from "@pulumi/pulumi";
import type * as remote from "@pulumi/command/remote";
import type { IdentityFacts, SetPeerMachineReport } from "../guest/contract";
import { isStillOff } from "./beforeStep";
import { answerOf } from "./guestSteps";
import { lateError } from "./inputErrors";
import type { Lean } from "./leanResource";
import { asPlain, together } from "./outputs";
import type { PeerMachine } from "./peerMachine";
import { thisUpdate } from "./thisUpdate";

/** What a machine said at its last step, with the identity that it was to hold. */
export interface MachineReport {
  /** Undefined where the machine is off, and its step waits for an update in which it is on. */
  report?: SetPeerMachineReport;
  identity?: IdentityFacts;
  /** What it waits for: `reboot`, or `power on` while it is off. */
  pending: string[];
  /** Fails with what the machine reports instead of what is wanted, and how it goes through its step again. */
  refuse(instead: string): never;
}

/** The machine refuses by itself to hold another identity than the wanted one; here its word is compared once more. */
export function machineReport(
  key: string,
  machine: pulumi.Output<PeerMachine>,
  step: Lean<remote.Command>,
  wanted: pulumi.Output<string>,
): pulumi.Output<MachineReport> {
  const update = thisUpdate();
  return together([
    step.stdout,
    wanted,
    step.urn,
    // Asked when the step is over, which may have started the machine.
    asPlain(together([machine, step.id]).apply(([known]) => isStillOff(known, update))),
  ]).apply(([stdout, peerName, urn, off]): MachineReport => {
    const refuse = (instead: string): never => {
      throw lateError(
        `${key} reports ${instead}; let it go through its step again: pulumi up --replace '${urn}'`,
      );
    };
    const known = stdout.trim() === "" ? undefined : answerOf<SetPeerMachineReport>(stdout);
    const identity = known?.identities?.find((candidate) => candidate.peerName === peerName);
    const pending = [...(known?.pending ?? []), ...(off ? ["power on"] : [])];
    if (known && identity?.usable) return { report: known, identity, pending, refuse };
    // Its step waits for an update in which it is on.
    if (off) return { pending, refuse };
    const others = known?.identities?.map((candidate) => candidate.peerName).join(", ");
    return refuse(
      `${others ? `the identity ${others}` : "no identity"} instead of ${peerName} in working order`,
    );
  });
}
