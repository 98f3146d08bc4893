import type { Azure, PutRequest } from "../arm/azure";
import { parentNotFound, resourceGroupNotFound } from "../arm/error";
import { groupOf, parentId, resourceGroupId, resourceGroupType } from "../arm/id";
import type { AzureResource } from "../arm/store";
import type {
  CreateRequest,
  CreateResult,
  Properties,
  UpdateRequest,
  UpdateResult,
} from "../../provider";
import { PartialFailure } from "../../provider";
import { judge } from "../rules";
import { schema } from "../schema/check";
import { previewOutputs } from "../schema/preview";
import type { ResourceType } from "../types/type";
import { OperationFailure } from "../types/type";
import { withFaults } from "./effects";
import { answer } from "./outputs";
import { idOf, putRequest } from "./target";

/** azure-native refuses to create what is there; only then it sends the PUT. */
export async function create(
  type: ResourceType,
  request: CreateRequest,
  azure: Azure,
): Promise<CreateResult> {
  const { inputs } = request;
  if (request.preview) {
    return { id: "", outputs: previewOutputs(schema.resources[type.token].outputs, inputs) };
  }
  const id = idOf(type, inputs, azure);
  const subject = { token: type.token, name: request.name, id };
  const resource = await withFaults(
    azure,
    "create",
    subject,
    async () => {
      if (azure.store.get(id)) {
        throw new Error(`cannot create already existing resource '${id}'`);
      }
      return carryOut(type, putRequest(type, inputs, undefined, azure), inputs, azure);
    },
    (made, error) => partial(type, made, inputs, error, azure),
  );
  return { id: resource.id, outputs: answer(type, resource, inputs, azure) };
}

/** The PUT of an update: where the resource has disappeared it makes it anew, as Azure does. */
export async function update(
  type: ResourceType,
  request: UpdateRequest,
  azure: Azure,
): Promise<UpdateResult> {
  const { inputs, oldInputs, oldOutputs } = request;
  if (request.preview) {
    const outputs = previewOutputs(schema.resources[type.token].outputs, inputs);
    // azure-native lets these two keep their value through the preview of an update, and no others.
    for (const stable of ["name", "location"]) {
      if (oldOutputs[stable] !== undefined) outputs[stable] = oldOutputs[stable];
    }
    return { outputs };
  }
  const subject = { token: type.token, name: request.name, id: request.id };
  const resource = await withFaults(
    azure,
    "update",
    subject,
    async () => carryOut(type, putRequest(type, inputs, oldInputs, azure), inputs, azure),
    (changed, error) => partial(type, changed, inputs, error, azure),
  );
  return { outputs: answer(type, resource, inputs, azure) };
}

async function carryOut(
  type: ResourceType,
  put: PutRequest,
  inputs: Properties,
  azure: Azure,
): Promise<AzureResource> {
  requireParent(put, azure);
  judge(type.rules, put, azure);
  try {
    return await type.put(put, azure);
  } catch (error) {
    const left = azure.store.get(put.id);
    if (error instanceof OperationFailure && left) {
      throw partial(type, left, inputs, error.failure, azure);
    }
    throw error instanceof OperationFailure ? error.failure : error;
  }
}

function requireParent(put: PutRequest, azure: Azure): void {
  if (put.type === resourceGroupType) return;
  const group = groupOf(put.id);
  if (!azure.store.get(resourceGroupId(azure.subscription, group))) {
    throw resourceGroupNotFound(group);
  }
  const parent = parentId(put.id) ?? "";
  if (!azure.store.get(parent)) throw parentNotFound(put.type, parent);
}

/** The engine keeps what was made, and goes on from there with an update. */
function partial(
  type: ResourceType,
  resource: AzureResource,
  inputs: Properties,
  error: Error,
  azure: Azure,
): PartialFailure {
  const outputs = answer(type, resource, inputs, azure);
  return new PartialFailure(error.message, resource.id, inputs, outputs);
}
