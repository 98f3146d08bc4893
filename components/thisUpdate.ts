import * as pulumi from "@pulumi/pulumi";
import { openJumpHosts, type JumpHosts } from "./jumpHosts";
import type { MachineAnswers } from "./machineAnswers";
import type { SharedHook } from "./sharedHook";

/** What has been found out about machines in the update that is under way, and what its resources share. */
export interface ThisUpdate {
  /** What is known of the machines' SSH servers, by instance id. */
  answers: Map<string, MachineAnswers>;
  /** The sessions to jump hosts. */
  jumpHosts: JumpHosts;
  /** Machines that were off and were started, by ARM id. */
  started: Map<string, Promise<void>>;
  /** Attempt tokens, and whether each is of this update. */
  attempts: Map<string, boolean>;
  /** The one hook of the library's resources, once the first of them has asked for it. */
  hook?: SharedHook;
}

const updates = new WeakMap<object, ThisUpdate>();

/**
 * Of the update that the caller's resources are declared in: one process may go through several, as programs of the
 * Automation API do. To be called where a resource is declared; a hook no longer knows.
 */
export function thisUpdate(): ThisUpdate {
  const monitor = (pulumi.runtime.getMonitor() as object | undefined) ?? updates;
  let update = updates.get(monitor);
  if (!update) {
    updates.set(
      monitor,
      (update = {
        answers: new Map(),
        jumpHosts: openJumpHosts(),
        started: new Map(),
        attempts: new Map(),
      }),
    );
  }
  return update;
}
