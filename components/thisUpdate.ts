import * as pulumi from "@pulumi/pulumi";

/** What has been found out about machines in the update that is under way. */
export interface ThisUpdate {
  /** Machines that answer and take their password, by instance id. */
  answered: Map<string, Promise<void>>;
  /** Machines that were off and were started, by ARM id. */
  started: Map<string, Promise<void>>;
}

const updates = new WeakMap<object, ThisUpdate>();

/**
 * Of the update that the caller's resources are declared in: one process may go through several, as programs of the
 * Automation API do. To be called where a resource is declared; a hook no longer knows.
 */
export function thisUpdate(): ThisUpdate {
  const monitor = (pulumi.runtime.getMonitor() as object | undefined) ?? updates;
  let update = updates.get(monitor);
  if (!update) updates.set(monitor, (update = { answered: new Map(), started: new Map() }));
  return update;
}
