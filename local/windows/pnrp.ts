import type { Machine } from "./machine";
import { readRegistry, registryKeys } from "./registry";

/** Whether the machine's PNRP answers calls at all. */
export function pnrpRuns(machine: Machine): boolean {
  const { registry, services } = machine.record;
  const isOff = readRegistry(registry, registryKeys.peernetPolicy, "Disabled") === 1;
  const isReady = machine.isUp() && machine.ipv6Works() && services.PNRPsvc?.status === "Running";
  return isReady && !isOff;
}
