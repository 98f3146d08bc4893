/** What the lab is made of, and what every part of it is made with. */
import * as crypto from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config("peerlab");
export const people =
  config.requireObject<Record<string, { machines: Record<string, object> }>>("people");
export const adminSources = config.requireObject<string[]>("adminSources");
export const jumpHost = JSON.parse(process.env.PEERLAB_JUMP_HOST ?? "{}");
export const user = "labuser";

/** The machines of all people; the first one is the seed through which the others find the cloud of peers. */
export const keys = Object.values(people).flatMap(({ machines }) => Object.keys(machines));
export const seed = keys[0];

export const newPassword = () => `${crypto.randomBytes(15).toString("base64url")}-Aa1`;

/** What has to be remembered from one update to the next; `renewedBy` says when to forget it. */
export function kept(
  name: string,
  input: pulumi.Input<unknown>,
  renewedBy?: pulumi.Input<unknown>,
) {
  return new pulumi.Stash(
    name,
    { input },
    { ignoreChanges: ["input"], replacementTrigger: renewedBy },
  );
}
