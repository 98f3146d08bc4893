/** A plain program of somebody who uses the library, and who has set nothing for its sake. */
import * as pulumi from "@pulumi/pulumi";
import { PeerLab, type PeerLabArgs } from "../../components";

const config = new pulumi.Config("peerlab");
const lab = new PeerLab("lab", {
  people: config.requireObject<PeerLabArgs["people"]>("people"),
  adminSources: config.requireObject<string[]>("adminSources"),
  jumpHost: JSON.parse(process.env.PEERLAB_JUMP_HOST ?? "{}"),
});

export const machines = lab.machines;
export const people = lab.people;
export const adminPasswords = lab.adminPasswords;
