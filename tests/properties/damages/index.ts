import * as fc from "fast-check";
import type { Component } from "../definitions/definition";
import { atComponent, below, type Arguments, type Damage, type Mistake } from "./damage";
import { groupMistakes, sharingMistakes } from "./group";
import {
  identityMistakes,
  reconcileMistakes,
  rotationMistakes,
  serviceMistakes,
  sharedIdentityMistakes,
} from "./identity";
import {
  anyMachine,
  labMistakes,
  onlyPeople,
  proofMistakes,
  ringMistakes,
  sharedMistakes,
  somebody,
  wrongNames,
} from "./lab";
import {
  accountMistakes,
  computerNameMistakes,
  jumpHostMistakes,
  machineMistakes,
  peerMistakes,
  reachMistakes,
  stepMistakes,
} from "./machine";
import { networkMistakes, ownNetwork, placementMistakes, withoutExternalSeeds } from "./network";
import { presenceMistakes } from "./presence";

export type { Arguments, Damage } from "./damage";

const at = (component: Component, ...mistakes: (readonly Mistake[])[]): Damage[] =>
  mistakes.flat().map((mistake) => atComponent(component, mistake));

/** At some machine of a lab. */
const atMachine = (mistake: Mistake): Damage =>
  below("PeerLab", mistake, (args) => {
    const { person, key, args: own } = anyMachine(args);
    return { path: ["people", person, "machines", key], args: own };
  });

const atDefaults = (mistake: Mistake): Damage =>
  below("PeerLab", mistake, (args) => ({
    path: ["machineDefaults"],
    args: (args.machineDefaults ??= {}),
  }));

const atPerson = (mistake: Mistake): Damage =>
  below("PeerLab", mistake, (args) => ({ path: ["people", "somebody"], args: somebody(args) }));

/** At the group of a person who has one. */
const atGroup = (mistake: Mistake): Damage =>
  below("PeerLab", mistake, (args) => {
    const person = somebody(args);
    person.sharing = "group";
    return { path: ["people", "somebody", "group"], args: (person.group ??= {}) };
  });

const named = (component: Component, ...names: string[]): Damage[] =>
  [...wrongNames, ...names].map((componentName) => ({
    name: `${component}: the name ${JSON.stringify(componentName)}`.slice(0, 60),
    component,
    apply(args) {
      // Else it is the computer's name too.
      if (component === "WindowsPeer") args.computerName = "pc";
      // Where everything exists, nothing is named.
      else ownNetwork(args);
    },
    path: () => "name",
    also: (path) => /^people\W/.test(path),
    componentName,
  }));

/** The names of a machine's resources begin with the lab's name and the machine's key. */
const tooLongTogether: Damage = {
  name: "PeerLab: a name and a machine's key that are too long together",
  component: "PeerLab",
  apply: (args) =>
    onlyPeople(args, { ada: { machines: { ["x".repeat(40)]: { computerName: "pc" } } } }),
  path: () => `people.ada.machines.${"x".repeat(40)}`,
  componentName: "a-lab-with-a-long-name",
};

/** A jump host in a lab whose machines leave it open how they are reached. */
const withoutReach = (mistake: Mistake): Mistake => ({
  ...mistake,
  apply(args) {
    onlyPeople(args, { ada: { machines: { pc: {} } } });
    mistake.apply(args);
  },
});

/** A lab whose peered networks are changed has no seeds in them. */
const ownSeeds = (mistake: Mistake): Mistake => ({
  ...mistake,
  apply(args) {
    withoutExternalSeeds(args);
    mistake.apply(args);
  },
});

/** Every mistake that is made; in a counterexample it stands by its name. */
export const damages: readonly Damage[] = [
  ...named("PeerNetwork"),
  ...named("WindowsPeer"),
  // Part of the name of a private DNS zone.
  ...named("PeerLab", "a..b", "lab-.x"),
  ...at("PeerNetwork", networkMistakes, placementMistakes),
  ...[0, 1.5, 65536, 22, 3587].map((port): Damage => ({
    name: `PeerNetwork: a service on port ${port}`,
    component: "PeerNetwork",
    apply: (args: Arguments) => void (args.servicePorts = [5001, port]),
    path: () => "servicePorts[1]",
  })),
  ...["*", "::/0", "jump.example.org", ""].map((jumpHostAddress): Damage => ({
    name: `PeerNetwork: a jump host at ${jumpHostAddress}`,
    component: "PeerNetwork",
    apply: (args: Arguments) => void (args.jumpHostAddress = jumpHostAddress),
    path: () => "jumpHostAddress",
  })),
  ...at("WindowsPeer", placementMistakes, computerNameMistakes, machineMistakes, stepMistakes),
  ...at("WindowsPeer", accountMistakes, jumpHostMistakes, reachMistakes, peerMistakes),
  ...at("SharedPeerIdentity", identityMistakes, sharedIdentityMistakes, reconcileMistakes),
  ...at("SharedPeerIdentity", stepMistakes, serviceMistakes),
  ...at("PeerPresence", stepMistakes, serviceMistakes, reconcileMistakes, presenceMistakes),
  ...at("PersonalPeerGroup", groupMistakes, rotationMistakes, sharedIdentityMistakes),
  ...at("PersonalPeerGroup", reconcileMistakes, stepMistakes, serviceMistakes),
  ...at("PeerLab", networkMistakes.map(ownSeeds), placementMistakes, accountMistakes),
  ...at("PeerLab", jumpHostMistakes.map(withoutReach)),
  tooLongTogether,
  ...at("PeerLab", stepMistakes, reconcileMistakes, proofMistakes, sharedMistakes, labMistakes),
  ...at("PeerLab", ringMistakes),
  ...[...computerNameMistakes, ...machineMistakes].map(atMachine),
  ...machineMistakes.map(atDefaults),
  ...[...identityMistakes, ...serviceMistakes, ...sharingMistakes].map(atPerson),
  ...groupMistakes.map(atGroup),
].map((damage) => ({ ...damage, [fc.toStringMethod]: () => damage.name }));
