import * as crypto from "node:crypto";
import type { Azure } from "../arm/azure";
import { resourceGroupId } from "../arm/id";
import type { CheckRequest, CheckResult, Properties, PropertyValue } from "../../provider";
import { Unknown } from "../../provider";
import { checkInputs, schema } from "../schema/check";
import type { ResourceType } from "../types/type";

/**
 * azure-native's Check: fills in name and location, then holds the inputs against the schema. Rules that the schema does
 * not hold are Azure's own and come with the deployment, as with azure-native.
 */
export function check(
  type: ResourceType,
  request: CheckRequest,
  configuredLocation: string | undefined,
  azure: Azure,
): CheckResult {
  const given = Object.fromEntries(
    Object.entries(request.inputs).filter(([, value]) => value !== null),
  );
  const inputs = withLocation(
    type,
    withName(type, given, request),
    request,
    configuredLocation,
    azure,
  );
  return { inputs, failures: checkInputs(schemaFor(type, inputs), inputs) };
}

/** The declarations call `location` optional because azure-native fills it in; where it found none, Azure wants one. */
function schemaFor(type: ResourceType, inputs: Properties) {
  const shape = schema.resources[type.token].inputs;
  const nameInput = type.path[type.path.length - 1];
  const required = "location" in shape && inputs.location === undefined ? ["location"] : [];
  return Object.fromEntries(
    Object.entries(shape).map(([name, property]) => [
      name,
      required.includes(name) || name === nameInput
        ? { ...property, required: true as const }
        : property,
    ]),
  );
}

/** A name that is not given is kept, or made: with eight random hex digits, for a child resource the plain logical name. */
function withName(type: ResourceType, inputs: Properties, request: CheckRequest): Properties {
  const nameInput = type.path[type.path.length - 1];
  if (inputs[nameInput] !== undefined) return inputs;
  return { ...inputs, [nameInput]: nameFor(type, nameInput, request) };
}

function nameFor(type: ResourceType, nameInput: string, request: CheckRequest): PropertyValue {
  const before = request.oldInputs[nameInput];
  if (before !== undefined) return before;
  const isChild = type.path.length > 1;
  const { autonaming } = request;
  if (autonaming?.mode === "enforce" || (autonaming?.mode === "propose" && !isChild)) {
    return autonaming.proposedName;
  }
  if (isChild) return request.name;
  return `${request.name}${randomHex(request)}`;
}

/** Eight hex digits; the same in preview and update where the engine gives a seed. */
function randomHex({ randomSeed, urn }: CheckRequest): string {
  const source = randomSeed.length > 0 ? Buffer.from(randomSeed) : crypto.randomBytes(32);
  return crypto.createHash("sha256").update(source).update(urn).digest("hex").slice(0, 8);
}

/** Without a location of its own a resource keeps the old one, takes the provider's, or its resource group's. */
function withLocation(
  type: ResourceType,
  inputs: Properties,
  request: CheckRequest,
  configuredLocation: string | undefined,
  azure: Azure,
): Properties {
  const shape = schema.resources[type.token].inputs;
  if (!("location" in shape) || inputs.location !== undefined) return inputs;
  const location = request.oldInputs.location ?? configuredLocation ?? groupLocation(inputs, azure);
  return location === undefined ? inputs : { ...inputs, location };
}

function groupLocation(inputs: Properties, azure: Azure): PropertyValue | undefined {
  const group = inputs.resourceGroupName;
  if (group === Unknown) return Unknown;
  if (typeof group !== "string") return undefined;
  return azure.store.get(resourceGroupId(azure.subscription, group))?.properties.location;
}
