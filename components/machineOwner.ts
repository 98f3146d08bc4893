import * as pulumi from "@pulumi/pulumi";
import type { PeerMachine } from "./peerMachine";

const owners = new WeakMap<object, pulumi.Output<string>>();

/**
 * Notes in the state whose a lab's machine is and how she is found, before any step makes it so. Each way has resources of its own,
 * and the engine deletes those of the way before last: where an update breaks off between the two and the definition is put back,
 * the way before is unchanged in the state although machines have left it. This is one resource of all ways, and another one after
 * each change, so that what the way before needs runs again. The machine is known by its identity as a value.
 */
export function keepOwner(
  name: string,
  machine: pulumi.Input<PeerMachine>,
  owner: { person: string; sharing: string },
  parent: { parent: pulumi.Resource },
): void {
  const stash = new pulumi.Stash(
    `${name}-owner`,
    { input: `${owner.sharing} of ${owner.person}` },
    { ...parent, replaceOnChanges: ["input"] },
  );
  owners.set(machine, stash.id);
}

/** Another value after each change of the machine's owner, known when the change is noted; undefined outside of a lab. */
export function ownerOf(machine: pulumi.Input<PeerMachine>): pulumi.Output<string> | undefined {
  return owners.get(machine);
}
