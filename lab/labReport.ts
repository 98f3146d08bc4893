import type { ProofReport } from "../components/plan/proofVerdict";
import { describe, type Checked } from "./checkMachines";
import { readMachines } from "./machinesInState";
import type { Stack } from "./stack";

/** A lab as its machines describe it. Nothing in it is secret. */
export interface LabReport {
  stack: string;
  /** When they were asked: ISO 8601, UTC. */
  time: string;
  passed: boolean;
  machines: Record<string, MachineReport>;
}

export interface MachineReport extends ProofReport {
  /** Peer names of the identities that it is to hold. */
  identities: string[];
  /** What the check found of it, in words. */
  state: string;
}

/** What a check with its proof came to, by machine. */
export async function labReport(
  stack: Stack,
  checked: readonly Checked[],
  proof: Readonly<Record<string, ProofReport>>,
): Promise<LabReport> {
  const wanted = new Map((await readMachines(stack)).map((one) => [one.machine, one.ask?.request]));
  const isFine = ({ state }: Checked) => state === "as wanted";
  const noneFailed = Object.values(proof).every(({ failures }) => failures.length === 0);
  return {
    stack: stack.name,
    time: new Date().toISOString(),
    passed: noneFailed && checked.every(isFine),
    machines: Object.fromEntries(
      checked.map((one) => [
        one.machine,
        {
          identities: (wanted.get(one.machine)?.identities?.wanted ?? []).map(
            ({ peerName }) => peerName,
          ),
          state: describe(one),
          ...proof[one.machine],
        },
      ]),
    ),
  };
}
