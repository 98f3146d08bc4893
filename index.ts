/** The program: reads the stack's configuration, declares one lab, and exports what people need next. */
import * as pulumi from "@pulumi/pulumi";
import { skipDebugInformation, PeerLab, type JumpHost, type PeerLabArgs } from "./components";
import { inFewWords } from "./components/plan/proofWords";
import { describeFindings } from "./components/inputErrors";
import { readConfiguration } from "./components/plan/configuration";
import { isRefusal } from "./components/plan/findings";
import {
  identitiesWithoutCopy as withoutCopy,
  removedIdentities,
  type ReportedPeople,
} from "./components/plan/identityCopies";

skipDebugInformation();

const project = pulumi.getProject();
const { definition, identityCopies, findings } = readConfiguration(
  project,
  pulumi.runtime.allConfig(),
  process.env,
);
// What is only to be warned of, the lab says itself.
const refusals = findings.filter(isRefusal);
if (refusals.length > 0) {
  throw new pulumi.RunError(
    describeFindings(`The configuration of stack ${pulumi.getStack()}`, refusals),
  );
}

const lab = new PeerLab("lab", definition as PeerLabArgs);
warnOfRemovedPeople();
const jumpHost = definition.jumpHost as JumpHost | undefined;

/** Machines by key: whose, where, under which peer name, and whether ready, or what it waits for. */
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
          ? `ssh -J ${jumpHost.user}@${bracketed(jumpHost.host)}:${jumpHost.port ?? 22} ${user}@${privateIpv4}`
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
/**
 * People of whose identity no copy was taken, which removing them, or `pulumi destroy`, would lose for good. No program runs
 * for `destroy`: its details (`--diff`) show this output going away.
 */
export const identitiesWithoutCopy = lab.people.apply((known) =>
  withoutCopy(known, identityCopies),
);
/** What each machine found of the others when it last tested, in few words; `npm run check -- --output FILE` has all of it. */
export const proof = lab.proof.apply((reports) =>
  Object.fromEntries(Object.entries(reports).map(([key, report]) => [key, inFewWords(report)])),
);
export const resourceGroupName = lab.resourceGroupName;

/**
 * Says of each person who is no longer defined that her identity goes. The engine gives the stack's outputs of the last run,
 * as they stand in its memory, by the function with which the SDK itself looks resources up: no resource is declared for
 * that, nothing is stored, and no backend is asked.
 */
function warnOfRemovedPeople(): void {
  const stack = pulumi.runtime.getStackResource();
  stack?.urn.apply(async (urn) => {
    const found = await pulumi.runtime
      .invoke("pulumi:pulumi:getResource", { urn })
      .catch((error: Error) => {
        // Without an answer only the warning is missing.
        void pulumi.log.debug(`The last run's outputs cannot be read: ${error.message}`, stack);
        return undefined;
      });
    const before = (found?.state?.people ?? {}) as ReportedPeople;
    const defined = Object.entries(definition.people)
      .filter(([, { sharing }]) => sharing !== "group")
      .map(([person]) => person);
    for (const { person, peerName, copied } of removedIdentities(before, defined, identityCopies)) {
      const why = definition.people[person]
        ? `${person} has a group now`
        : `${person} is no longer in the lab`;
      const loss = `${why}: her identity ${peerName} is deleted from the stack`;
      if (copied) await pulumi.log.info(`${loss}. A copy of it was taken.`, stack);
      else {
        await pulumi.log.warn(
          `${loss}, and no copy of it was taken. Before the update, npm run identity -- export ${person} takes one.`,
          stack,
        );
      }
    }
  });
}

/** An IPv6 address as it stands before a port. */
function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
