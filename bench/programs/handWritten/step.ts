/** A step on a machine: one action of the guest contract, its request on standard input. */
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as remote from "@pulumi/command/remote";
import {
  contractVersion,
  guestCommand,
  guestFilesHash,
  type GuestAction,
} from "../../../guest/contract";
import { guest, type Machine } from "./machine";

export const sha256 = (data: Uint8Array | string) =>
  crypto.createHash("sha256").update(data).digest("hex");
const guestFiles = guestFilesHash(
  (file) => fs.readFileSync(path.join(guest, "PeerLab", file)),
  sha256,
);

export function step(
  name: string,
  on: Machine,
  action: GuestAction,
  request: pulumi.Input<object>,
  triggers: pulumi.Input<unknown>[],
  dependsOn: pulumi.Input<pulumi.Resource>[],
  secretAnswer = false,
) {
  const stdin = pulumi
    .all([on.instance, on.password, request])
    .apply(([instance, userPassword, known]) =>
      JSON.stringify({ contract: contractVersion, instance, guestFiles, userPassword, ...known }),
    );
  return new remote.Command(
    name,
    {
      connection: on.connection,
      create: guestCommand(action),
      stdin: pulumi.secret(stdin),
      triggers,
      logging: "none",
      addPreviousOutputInEnv: false,
    },
    {
      dependsOn: [on.copy, ...dependsOn],
      ignoreChanges: ["connection", "stdin"],
      additionalSecretOutputs: secretAnswer ? ["stdout", "stderr"] : [],
    },
  );
}
