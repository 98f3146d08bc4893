/**
 * The lab of `new PeerLab("lab", { people, adminSources, jumpHost })` as somebody writes it who has the guest files and not the
 * library: the same resources, under the same names where that is natural, with inputs of the same size and real references
 * between them. Its `up` brings the same machines to the same state. What it leaves out is what happens afterwards: machines that
 * are off, replaced or changed by hand, another password, another rotation, a step that failed.
 *
 * tests/engine/handWritten.test.ts holds it to the library's own resources, by type and number.
 */
import * as pulumi from "@pulumi/pulumi";
import * as privatedns from "@pulumi/azure-native/privatedns";
import type * as remote from "@pulumi/command/remote";
import { answerOf, machine, type Machine } from "./machine";
import { resourceGroupName, zone } from "./network";
import { kept, keys, newPassword, people, seed } from "./settings";
import { sha256, step } from "./step";

const machines = new Map(keys.map((key) => [key, machine(key)]));
const first = machines.get(seed) as Machine;
new privatedns.PrivateRecordSet("lab-seed", {
  resourceGroupName,
  privateZoneName: zone.name,
  recordType: "AAAA",
  relativeRecordSetName: "seed",
  ttl: 60,
  aaaaRecords: [{ ipv6Address: first.address }],
});

// The seed wakes the cloud.
const seedName = {
  service: "peerlab-seed",
  peerName: "0.PeerLab-seed",
  port: 3540,
  comment: "PNRP seed",
};
const awake = step(
  "lab-seed",
  first,
  "Set-PeerPresence",
  { presence: { names: [seedName], groups: [] }, adds: true },
  [kept("lab-seed", "", first.instance).id],
  [],
);

// Each person's identity: made on her first machine, kept in the state, put on all of them.
const finished = new Map<string, remote.Command>();
for (const [person, { machines: own }] of Object.entries(people)) {
  const name = `lab-${person}`;
  const scope = kept(
    `${name}-scope`,
    `peerlab:${pulumi.getProject()}/${pulumi.getStack()}/${person}`,
  ).output.apply(String);
  kept(`${name}-origin`, "made");
  const generation = kept(`${name}-generation`, "1").output.apply(String);
  const exportPassword = kept(`${name}-export-password`, pulumi.secret(newPassword())).output.apply(
    String,
  );
  const friendlyName = pulumi.interpolate`${scope}#${generation}`;
  const made = step(
    `${name}-export`,
    machines.get(Object.keys(own)[0]) as Machine,
    "Export-PeerIdentity",
    pulumi.all([friendlyName, exportPassword]).apply(([called, secret]) => ({
      friendlyName: called,
      classifier: "PeerLab",
      exportPassword: secret,
    })),
    [generation],
    [],
    true,
  );
  const identity = kept(
    `${name}-identity`,
    pulumi.all([made.stdout, friendlyName, exportPassword]).apply(([stdout, called, secret]) => {
      const { peerName, exportedIdentity } = answerOf(stdout);
      return { peerName, friendlyName: called, exportedIdentity, exportPassword: secret };
    }),
    generation,
  );
  for (const key of Object.keys(own)) {
    const on = machines.get(key) as Machine;
    const names = key === seed ? [seedName] : undefined;
    const request = pulumi
      .all([on.networking, scope, identity.output])
      .apply(([networking, owner, wanted]) => ({
        networking,
        identities: { scope: owner, exclusive: true, wanted: [wanted] },
        groups: { scope: owner, exclusive: true, wanted: [] },
        presence: { names: names ?? [], groups: [] },
      }));
    const mark = kept(`lab-${key}-owner`, `identity of ${person}`, person).id;
    const trigger = kept(`${name}.${key}`, "", pulumi.concat(on.instance, mark)).id;
    const set = step(`${name}.${key}`, on, "Set-PeerMachine", request, [trigger], [awake]);
    finished.set(key, set);
  }
}

// The proof: everybody listens, then everybody tests the six next ones.
const next = (key: string) => {
  const index = keys.indexOf(key);
  return [...keys.slice(index + 1), ...keys.slice(0, index)].slice(0, 6);
};
const listeners = new Map<string, remote.Command>();
for (const [key, on] of keys.length > 1 ? machines : []) {
  const set = finished.get(key) as remote.Command;
  const request = {
    ports: [3587],
    seconds: Math.min(3600, 600 + Math.ceil(keys.length / 4) * 180),
  };
  listeners.set(
    key,
    step(`lab-proof.${key}-listener`, on, "Start-PeerListener", request, [on.instance], [set]),
  );
}
const tests = [...machines].map(([key, on]) => {
  const targets = pulumi
    .all(next(key).map((other) => (machines.get(other) as Machine).address))
    .apply((known) =>
      next(key).map((other, index) => ({ name: other, address: known[index], ports: [3587] })),
    );
  const names = first.address.apply((address) =>
    key === seed ? [] : [{ peerName: seedName.peerName, holders: [address] }],
  );
  return step(
    `lab-proof.${key}-test`,
    on,
    "Test-PeerReachability",
    pulumi
      .all([targets, names])
      .apply(([known, resolved]) => ({ targets: known, names: resolved, settleSeconds: 120 })),
    [on.instance],
    next(key).map((other) => listeners.get(other) as remote.Command),
  );
});
kept("lab-proof", sha256(keys.join(" ")).slice(0, 32));

export const resourceGroup = resourceGroupName;
export const reports = pulumi.all(
  tests.map(({ stdout }) => stdout.apply((text) => answerOf(text).ports)),
);
export const adminPasswords = pulumi.secret(
  pulumi.all(Object.fromEntries([...machines].map(([key, { password }]) => [key, password]))),
);
