import * as fc from "fast-check";
import type {
  PeerLabArgs,
  PeerNetworkArgs,
  PeerPresenceArgs,
  PersonalPeerGroupArgs,
  SharedPeerIdentityArgs,
  WindowsPeerArgs,
} from "../../../components";
import {
  administrators,
  existingNetwork,
  existingSecurityGroup,
  securityGroupId,
  subnetId,
  type ExistingParts,
} from "./existing";
import { address } from "./addresses";
import { personalGroup } from "./group";
import { identity } from "./identity";
import { lab } from "./lab";
import { jumpHost, machine, networking, seed, stepPolicy } from "./machine";
import {
  adminPassword,
  adminUsername,
  componentName,
  computerName,
  place,
  resourceName,
  tags,
  unlessComputer,
  type Place,
} from "./names";
import { network } from "./network";
import { optional } from "./optional";
import { presence } from "./presence";
import { servicePort } from "./services";

/** The arguments of each component. */
export interface ArgumentsOf {
  PeerNetwork: PeerNetworkArgs;
  WindowsPeer: WindowsPeerArgs;
  SharedPeerIdentity: SharedPeerIdentityArgs;
  PeerPresence: PeerPresenceArgs;
  PersonalPeerGroup: PersonalPeerGroupArgs;
  PeerLab: PeerLabArgs;
}
export type Component = keyof ArgumentsOf;

/** In which form a program gives what it may give as an input. */
export type Form = "plain" | "promise" | "output" | "secret";

/** One component as a program declares it, and what exists in Azure before. */
export type Definition = {
  [C in Component]: {
    component: C;
    name: string;
    args: ArgumentsOf[C];
    form: Form;
    existing: ExistingParts;
    /** The region that the provider is configured with. */
    providerLocation?: string;
  };
}[Component];

const form: fc.Arbitrary<Form> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Form>("plain") },
  { weight: 1, arbitrary: fc.constantFrom<Form>("promise", "output", "secret") },
);

const made = ({ location }: Place) => (location === undefined ? {} : { location });

export const peerNetwork: fc.Arbitrary<Definition> = fc
  .tuple(place, resourceName)
  .chain(([where, resourceGroupName]) =>
    fc
      .record({
        name: componentName(40),
        form,
        network: network(where, resourceGroupName),
        more: fc.record(
          { tags, jumpHostAddress: address, servicePorts: fc.array(servicePort, { maxLength: 4 }) },
          { requiredKeys: [] },
        ),
      })
      .map(({ network: { args, existing }, more, ...rest }): Definition => ({
        component: "PeerNetwork",
        ...rest,
        args: { resourceGroupName, ...made(where), ...args, ...more },
        existing: withOwnGroup(existing, resourceGroupName, where),
        providerLocation: where.provider,
      })),
  );

export const windowsPeer: fc.Arbitrary<Definition> = fc
  .tuple(place, resourceName, optional(jumpHost))
  .chain(([where, resourceGroupName, host]) => {
    const reach = {
      jumpHost: host !== undefined,
      outbound: ["natGateway", "existing", "none"] as const,
    };
    return fc
      .record({
        name: computerName,
        longName: componentName(40),
        form,
        there: existingNetwork(resourceGroupName, where),
        group: optional(existingSecurityGroup(resourceGroupName, where, 100)).map(
          (known) => known && { ...known, open: administrators },
        ),
        own: machine(reach),
        networking,
        more: fc.record(
          {
            tags,
            adminUsername,
            adminPassword,
            seed,
            proveCapability: fc.boolean(),
            after: fc.uuid(),
            ...stepPolicy,
          },
          { requiredKeys: [] },
        ),
        empty: fc.boolean(),
      })
      .map(({ there, group, own, longName, more, empty, ...rest }): Definition => {
        // Without a security group nothing reaches a public address, and without a way out the preparation has no source.
        const withGroup = { ...there, hasGroup: group === undefined, hasGateway: true };
        const args: WindowsPeerArgs = {
          resourceGroupName,
          ...made(where),
          ...own,
          ...unlessComputer(more, [own.computerName ?? rest.name]),
          networking: rest.networking,
          subnetId: subnetId(withGroup),
          ...(host && { jumpHost: host }),
          ...(group
            ? { networkSecurityGroupId: securityGroupId(group) }
            : empty && { networkSecurityGroupId: "" }),
        };
        return {
          component: "WindowsPeer",
          name: own.computerName === undefined ? rest.name : longName,
          form: rest.form,
          args,
          existing: withOwnGroup(
            { resourceGroups: [], network: withGroup, securityGroup: group },
            resourceGroupName,
            where,
          ),
          providerLocation: where.provider,
        };
      });
  });

export const sharedPeerIdentity: fc.Arbitrary<Definition> = fc
  .record({ name: componentName(40), form, args: identity })
  .map((rest): Definition => ({
    component: "SharedPeerIdentity",
    ...rest,
    existing: { resourceGroups: [] },
  }));

export const peerPresence: fc.Arbitrary<Definition> = fc
  .record({ name: componentName(40), form, args: presence })
  .map((rest): Definition => ({
    component: "PeerPresence",
    ...rest,
    existing: { resourceGroups: [] },
  }));

export const personalPeerGroup: fc.Arbitrary<Definition> = fc
  .record({ name: componentName(40), form, args: personalGroup })
  .map((rest): Definition => ({
    component: "PersonalPeerGroup",
    ...rest,
    existing: { resourceGroups: [] },
  }));

export const peerLab: fc.Arbitrary<Definition> = place.chain((where) =>
  fc
    .record({ name: componentName(12), form, lab: lab(where) })
    .map(({ lab: known, ...rest }): Definition => ({
      component: "PeerLab",
      ...rest,
      ...known,
      // A resource group that is made needs a region from somewhere.
      providerLocation:
        known.args.resourceGroupName === undefined
          ? (where.provider ?? where.region)
          : where.provider,
    })),
);

function withOwnGroup(
  { resourceGroups, ...parts }: ExistingParts,
  name: string,
  where: Place,
): ExistingParts {
  return { ...parts, resourceGroups: [{ name, location: where.group }, ...resourceGroups] };
}

/** Any component, valid by the rules of Azure and Windows: more than a quarter whole labs, though those take longest. */
export const definition: fc.Arbitrary<Definition> = fc.oneof(
  { weight: 12, arbitrary: peerNetwork },
  { weight: 3, arbitrary: windowsPeer },
  { weight: 6, arbitrary: sharedPeerIdentity },
  { weight: 2, arbitrary: peerPresence },
  { weight: 4, arbitrary: personalPeerGroup },
  { weight: 10, arbitrary: peerLab },
);
