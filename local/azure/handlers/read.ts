import type { Azure } from "../arm/azure";
import { parseId, resourceGroupType } from "../arm/id";
import type { AzureResource } from "../arm/store";
import type { Properties, PropertyValue, ReadRequest, ReadResult } from "../../provider";
import { diffProperties, isObject } from "../../provider";
import { schema } from "../schema/check";
import type { ResourceType } from "../types/type";
import { withFaults } from "./effects";
import { answer, asInputs } from "./outputs";

/**
 * Reads a resource for a refresh or an import. As azure-native does, the inputs stay as the program gave them, changed
 * only where Azure's answer differs from the last one; without old inputs they are taken from the answer.
 */
export async function read(
  type: ResourceType,
  request: ReadRequest,
  azure: Azure,
): Promise<ReadResult> {
  const subject = { token: type.token, name: request.name, id: request.id };
  return withFaults(azure, "read", subject, async () => {
    const resource = azure.store.get(request.id);
    if (!resource || !isOfType(type, resource)) return { id: "", inputs: {}, outputs: {} };
    const { inputs: shape } = schema.resources[type.token];
    const known = Object.keys(request.inputs).length > 0;
    const outputs = answer(type, resource, known ? request.inputs : { ...everything(type) }, azure);
    const live = asInputs(shape, outputs);
    if (!known) {
      return { id: resource.id, inputs: { ...fromId(type, resource), ...live }, outputs };
    }
    const before = asInputs(shape, request.outputs);
    const drifted = Object.keys(diffProperties(before, live)).length > 0;
    const inputs = drifted ? applyObject(request.inputs, before, live) : request.inputs;
    return { id: resource.id, inputs, outputs };
  });
}

function isOfType(type: ResourceType, resource: AzureResource): boolean {
  return typeof type.type !== "string" || type.type === resource.type;
}

/** An import takes a parent with its children. */
function everything(type: ResourceType): Properties {
  return Object.fromEntries((type.childCollections ?? []).map((name) => [name, []]));
}

/** The inputs that the id holds. */
function fromId(type: ResourceType, resource: AzureResource): Properties {
  const parsed = parseId(resource.id);
  if (!parsed || parsed.type === resourceGroupType) return { resourceGroupName: resource.name };
  const names = Object.fromEntries(type.path.map((input, index) => [input, parsed.names[index]]));
  const last = parsed.type.slice(parsed.type.lastIndexOf("/") + 1);
  const others = Object.fromEntries((type.otherPathInputs ?? []).map((input) => [input, last]));
  return { resourceGroupName: parsed.resourceGroup, ...names, ...others };
}

/** `values` with what changed from `before` to `after`; properties that `values` never had come in only when they changed. */
function applyObject(values: Properties, before: Properties, after: Properties): Properties {
  const result: Properties = { ...values };
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (!differs(before[name], after[name])) continue;
    if (after[name] === undefined) delete result[name];
    else result[name] = applyValue(values[name], before[name], after[name]);
  }
  return result;
}

function applyValue(
  value: PropertyValue | undefined,
  before: PropertyValue | undefined,
  after: PropertyValue,
): PropertyValue {
  if (isObject(value) && isObject(before) && isObject(after)) {
    return applyObject(value, before, after);
  }
  if (Array.isArray(value) && Array.isArray(before) && Array.isArray(after)) {
    return after.map((item, index) =>
      differs(before[index], item) || index >= value.length
        ? applyValue(value[index], before[index], item)
        : value[index],
    );
  }
  return after;
}

function differs(before: PropertyValue | undefined, after: PropertyValue | undefined): boolean {
  return (
    Object.keys(diffProperties({ value: before ?? null }, { value: after ?? null })).length > 0
  );
}
