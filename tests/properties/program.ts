import * as pulumi from "@pulumi/pulumi";
import {
  PeerLab,
  PeerNetwork,
  PeerPresence,
  PersonalPeerGroup,
  SharedPeerIdentity,
  WindowsPeer,
  type PeerLabArgs,
  type PeerNetworkArgs,
  type PeerPresenceArgs,
  type PersonalPeerGroupArgs,
  type SharedPeerIdentityArgs,
  type WindowsPeerArgs,
} from "../../components";
import { inputsOf } from "./arguments";
import { declare, type Outcome } from "./declare";
import type { Component, Definition, Form } from "./definitions/definition";
import { makeExisting } from "./definitions/existing";

/** Declares the definition's component by its own constructor, in an Azure where the parts exist that it names. */
export function carryOut(definition: Definition): Promise<Outcome> {
  return declare(
    (options) => construct(definition.component, definition.name, inputs(definition), options),
    (azure) => makeExisting(definition.existing, azure),
    definition.providerLocation,
  );
}

function construct(
  component: Component,
  name: string,
  args: object,
  options: pulumi.ComponentResourceOptions,
): void {
  switch (component) {
    case "PeerNetwork":
      new PeerNetwork(name, args as PeerNetworkArgs, options);
      return;
    case "WindowsPeer":
      new WindowsPeer(name, args as WindowsPeerArgs, options);
      return;
    case "SharedPeerIdentity":
      new SharedPeerIdentity(name, args as SharedPeerIdentityArgs, options);
      return;
    case "PeerPresence":
      new PeerPresence(name, args as PeerPresenceArgs, options);
      return;
    case "PersonalPeerGroup":
      new PersonalPeerGroup(name, args as PersonalPeerGroupArgs, options);
      return;
    case "PeerLab":
      new PeerLab(name, args as PeerLabArgs, options);
  }
}

/** The arguments, with those that may be inputs in the definition's form. */
function inputs({ component, args, form }: Definition): object {
  if (form === "plain") return args;
  const given = { ...args } as Record<string, unknown>;
  for (const name of inputsOf(component)) {
    if (given[name] !== undefined) given[name] = asInput(given[name], form);
  }
  return given;
}

function asInput(value: unknown, form: Form): unknown {
  switch (form) {
    case "promise":
      return Promise.resolve(value);
    case "output":
      return pulumi.output(value);
    case "secret":
      return pulumi.secret(value);
    default:
      return value;
  }
}
