import * as crypto from "node:crypto";
import type * as http from "node:http";
import type { Properties } from "../provider";
import type { Azure } from "./arm/azure";
import { AzureError, resourceGroupNotFound, resourceNotFound } from "./arm/error";
import { idKey, parseId, resourceGroupId } from "./arm/id";
import { normalizedLocation } from "./arm/model";
import type { AzureResource } from "./arm/store";
import { declared } from "./handlers/outputs";
import type { PowerGoal, PowerOperation, PowerSwitch } from "./power";
import { begin, throttled } from "./resourceManagerFaults";
import { schema } from "./schema/check";
import { resourceTypes } from "./types";

/** What Azure Resource Manager answers; without a body it answers nothing but its headers. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: object;
}

const machineType = "Microsoft.Compute/virtualMachines";

/** What can be asked of a virtual machine: `METHOD word`, each with what a fault calls it. */
const requests: Readonly<Record<string, { operation: string; goal?: PowerGoal }>> = {
  "POST start": { operation: "start", goal: "running" },
  "POST deallocate": { operation: "deallocate", goal: "deallocated" },
  "GET instanceview": { operation: "read" },
  "GET ": { operation: "read" },
};

/** How often Azure wants to be asked how far an operation is, in seconds. Azure itself says 10 or more. */
const pollSeconds = "1";

/**
 * Answers as far as azure-native has no resource for it: start, deallocation and instance view of a virtual machine, the machine itself,
 * and the operations that were begun. Judges in Azure's order (who asks, what for, on what); throws what Azure refuses.
 * https://learn.microsoft.com/rest/api/compute/virtual-machines
 * https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
 */
export function answer(request: http.IncomingMessage, azure: Azure, power: PowerSwitch): Answer {
  requireToken(request.headers.authorization, azure.token);
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
  const version = searchParams.get("api-version");
  if (!version) {
    throw new AzureError(
      400,
      "MissingApiVersionParameter",
      "The api-version query parameter (?api-version=) is required for all requests.",
    );
  }
  const path = decodePath(pathname);
  const operationId =
    /\/providers\/Microsoft\.Compute\/locations\/[^/]+\/operations\/([^/]+)$/i.exec(path)?.[1];
  if (request.method === "GET" && operationId !== undefined) {
    const operation = power.operation(operationId);
    if (!operation) throw notFound(request.method, pathname);
    const url = `http://${request.headers.host}${request.url}`;
    return searchParams.has("monitor") ? monitored(operation, url) : told(operation);
  }
  const { machine, asked } = target(request.method ?? "", path, azure);
  const { operation, goal } = requests[asked];
  const refusal = throttled(machine, operation, azure);
  if (refusal) return refusal;
  if (goal) {
    const location = normalizedLocation(String(machine.properties.location ?? ""));
    const { id } = begin(machine, goal, operation, azure, power);
    const url =
      `http://${request.headers.host}/subscriptions/${azure.subscription}/providers/Microsoft.Compute/` +
      `locations/${location}/operations/${id}?api-version=${version}`;
    return {
      status: 202,
      headers: {
        "Azure-AsyncOperation": url,
        Location: `${url}&monitor=true`,
        "Retry-After": pollSeconds,
      },
    };
  }
  const expand = asked === "GET " ? (searchParams.get("$expand") ?? undefined) : "instanceView";
  const view = machineView(machine, azure, expand);
  return {
    status: 200,
    body: asked === "GET " ? nested(view, machine) : (view.instanceView as object),
  };
}

/** The machine that a path is about, and the key of {@link requests} for what is asked of it. */
function target(
  method: string,
  path: string,
  azure: Azure,
): { machine: AzureResource; asked: string } {
  const [, id, word] = /^(.*\/virtualMachines\/[^/]+)(?:\/([^/]+))?$/i.exec(path) ?? [];
  const found = id === undefined ? undefined : parseId(id);
  const asked = `${method} ${(word ?? "").toLowerCase()}`;
  if (!found || idKey(found.type) !== idKey(machineType) || !Object.hasOwn(requests, asked)) {
    throw notFound(method, path);
  }
  if (idKey(found.subscription) !== idKey(azure.subscription)) {
    throw new AzureError(
      404,
      "SubscriptionNotFound",
      `The subscription '${found.subscription}' could not be found.`,
    );
  }
  if (!azure.store.get(resourceGroupId(azure.subscription, found.resourceGroup))) {
    throw resourceGroupNotFound(found.resourceGroup);
  }
  const machine = azure.store.get(id);
  if (!machine) throw resourceNotFound(machineType, found.names[0], found.resourceGroup);
  return { machine, asked };
}

function notFound(method: string, path: string): AzureError {
  return new AzureError(
    404,
    "NotFound",
    `The local stand-in for Azure answers GET .../${machineType}/{name}, .../instanceView and .../operations/{id}, ` +
      `and POST .../start and .../deallocate only, not ${method} ${path}.`,
  );
}

function requireToken(header: string | undefined, token: string): void {
  if (header === undefined) {
    throw new AzureError(
      401,
      "AuthenticationFailed",
      "Authentication failed. The 'Authorization' header is missing.",
    );
  }
  const hash = (text: string) => crypto.createHash("sha256").update(text).digest();
  const given = /^Bearer (.*)$/i.exec(header)?.[1] ?? "";
  if (!crypto.timingSafeEqual(hash(given), hash(token))) {
    throw new AzureError(401, "InvalidAuthenticationToken", "The access token is invalid.");
  }
}

/** The body behind `Azure-AsyncOperation`: 200 whatever came of it. */
function told({ id, status, startTime, endTime, error }: PowerOperation): Answer {
  return {
    status: 200,
    headers: status === "InProgress" ? { "Retry-After": pollSeconds } : {},
    body: {
      name: id,
      status,
      startTime,
      ...(endTime === undefined ? {} : { endTime }),
      ...(error ? { error: { code: error.code, message: error.reason } } : {}),
    },
  };
}

/** What is behind `Location`: the answer that the request itself would have had, had it not taken long. */
function monitored({ status, error }: PowerOperation, url: string): Answer {
  if (status === "InProgress") {
    return { status: 202, headers: { Location: url, "Retry-After": pollSeconds } };
  }
  if (error) throw error;
  return { status: 200 };
}

function machineView(machine: AzureResource, azure: Azure, expand?: string): Properties {
  const token = "azure-native:compute:VirtualMachine";
  const view = resourceTypes.get(token)?.view(machine, azure, expand) ?? {};
  return declared(schema.resources[token].outputs, view);
}

const topLevel = [
  ...["name", "type", "location", "tags", "zones", "plan", "identity", "etag"],
  ...["extendedLocation", "managedBy", "placement"],
];

/** The body as Azure has it: azure-native lifts what is in `properties`. */
function nested(view: Properties, { id }: AzureResource): object {
  const own = Object.entries(view).filter(([key]) => key !== "id" && key !== "azureApiVersion");
  return {
    id,
    ...Object.fromEntries(own.filter(([key]) => topLevel.includes(key))),
    properties: Object.fromEntries(own.filter(([key]) => !topLevel.includes(key))),
  };
}

function decodePath(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return "";
  }
}
