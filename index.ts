/** The program: reads the stack's configuration, declares one lab, and exports what people need next. */
import * as pulumi from "@pulumi/pulumi";
import { PeerLab, type JumpHost, type PeerLabArgs } from "./components";
import { describeFindings } from "./components/inputErrors";
import { readConfiguration } from "./components/plan/configuration";

// Pulumi's SDK takes a stack trace for every resource and every rejected promise, and mapping it to the TypeScript source
// costs more than all the rest of the program. Its users have no use for the traces; whoever changes it has.
if (!process.env.PEERLAB_STACK_TRACES) Error.stackTraceLimit = 0;

const project = pulumi.getProject();
const { definition, findings } = readConfiguration(
  project,
  pulumi.runtime.allConfig(),
  process.env,
);
if (findings.length > 0) {
  throw new pulumi.RunError(
    describeFindings(`The configuration of stack ${pulumi.getStack()}`, findings),
  );
}

const lab = new PeerLab("lab", definition as PeerLabArgs);
const jumpHost = definition.jumpHost as JumpHost | undefined;

/** Machines by key: whose, where, under which peer name, and whether ready. */
export const machines = lab.machines;
/** People by key, with the peer name that finds whichever of her machines is up. */
export const people = lab.people;
/** The line that opens a shell on a machine, by machine. */
export const ssh = pulumi
  .all([lab.machines, lab.adminUsername])
  .apply(([known, user]) =>
    Object.fromEntries(
      Object.entries(known).map(([key, { publicIpv4, privateIpv4 }]) => [
        key,
        jumpHost
          ? `ssh -J ${jumpHost.user}@${jumpHost.host}:${jumpHost.port ?? 22} ${user}@${privateIpv4}`
          : `ssh ${user}@${publicIpv4}`,
      ]),
    ),
  );
/** Public SSH host keys by machine. */
export const hostKeys = lab.hostKeys;
/** Password of the lab user by machine: `pulumi stack output adminPasswords --show-secrets`. */
export const adminPasswords = lab.adminPasswords;
/** The identities by person, to be kept or taken elsewhere. Secret. */
export const exportedIdentities = lab.exportedIdentities;
export const resourceGroupName = lab.resourceGroupName;
