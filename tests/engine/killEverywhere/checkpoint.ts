import * as fs from "node:fs";
import * as path from "node:path";
import { partsOf } from "../../../local/directory";
import type { LabProject } from "../labProject";

/** A resource as the stack's file holds it, secrets encrypted. */
export interface CheckpointResource {
  urn: string;
  type: string;
  custom?: boolean;
  id?: string;
  outputs?: Record<string, unknown>;
  delete?: boolean;
  pendingReplacement?: boolean;
}

export interface Checkpoint {
  resources: CheckpointResource[];
  pendingOperations: { type: string; resource: { urn: string } }[];
}

/** The state of the stack as it lies on the disk, which costs no run of the CLI. */
export function readCheckpoint(lab: LabProject): Checkpoint {
  const { backend } = partsOf(path.join(lab.directory, "local"));
  const file = path.join(backend, ".pulumi", "stacks", "peerlab", "test.json");
  const { checkpoint } = JSON.parse(fs.readFileSync(file, "utf8")) as {
    checkpoint: {
      latest?: {
        resources?: CheckpointResource[];
        pending_operations?: Checkpoint["pendingOperations"];
      };
    };
  };
  return {
    resources: checkpoint.latest?.resources ?? [],
    pendingOperations: checkpoint.latest?.pending_operations ?? [],
  };
}
