import * as crypto from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import type { Azure } from "./arm/azure";
import { AzureError, resourceGroupNotFound, resourceNotFound } from "./arm/error";
import { idKey, parseId, resourceGroupId } from "./arm/id";
import { normalizedLocation } from "./arm/model";
import type { AzureResource } from "./arm/store";
import type { PowerSwitch } from "./power";

export interface ResourceManagerServer {
  /** Without a slash at the end. */
  url: string;
  /** Takes no more requests and cuts open connections. */
  close(): Promise<void>;
}

const machineType = "Microsoft.Compute/virtualMachines";

/**
 * Azure Resource Manager over HTTP on the loopback interface, as far as azure-native has no resource for it: the start of
 * a virtual machine. Everything else is not found.
 * https://learn.microsoft.com/rest/api/compute/virtual-machines/start
 */
export async function serveResourceManager(
  azure: Azure,
  power: PowerSwitch,
): Promise<ResourceManagerServer> {
  const server = http.createServer((request, response) => {
    // A body means nothing here, and an unread one would keep the connection busy.
    request.resume();
    const requestId = crypto.randomUUID();
    response.setHeader("x-ms-request-id", requestId);
    try {
      const machine = start(request, azure, power);
      const operation = operationUrl(request, machine, requestId, azure);
      response.setHeader("Azure-AsyncOperation", operation);
      response.setHeader("Location", `${operation}&monitor=true`);
      response.setHeader("Retry-After", "1");
      response.writeHead(202).end();
    } catch (error) {
      const refusal = error instanceof AzureError ? error : internal();
      if (refusal.status === 401) {
        response.setHeader("WWW-Authenticate", 'Bearer error="invalid_token"');
      }
      response.writeHead(refusal.status, { "Content-Type": "application/json; charset=utf-8" });
      response.end(JSON.stringify({ error: { code: refusal.code, message: refusal.reason } }));
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Judges the request in Azure's order (who asks, what for, on what) and begins the start; throws what Azure answers. */
function start(request: http.IncomingMessage, azure: Azure, power: PowerSwitch): AzureResource {
  requireToken(request.headers.authorization, azure.token);
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
  if (!searchParams.get("api-version")) {
    throw new AzureError(
      400,
      "MissingApiVersionParameter",
      "The api-version query parameter (?api-version=) is required for all requests.",
    );
  }
  const id = /^(.*)\/start$/i.exec(decodePath(pathname))?.[1];
  const target = id === undefined ? undefined : parseId(id);
  if (request.method !== "POST" || idKey(target?.type ?? "") !== idKey(machineType) || !target) {
    throw new AzureError(
      404,
      "NotFound",
      `The local stand-in for Azure answers POST .../${machineType}/{name}/start only, not ${request.method} ${pathname}.`,
    );
  }
  if (idKey(target.subscription) !== idKey(azure.subscription)) {
    throw new AzureError(
      404,
      "SubscriptionNotFound",
      `The subscription '${target.subscription}' could not be found.`,
    );
  }
  if (!azure.store.get(resourceGroupId(azure.subscription, target.resourceGroup))) {
    throw resourceGroupNotFound(target.resourceGroup);
  }
  const machine = azure.store.get(id);
  if (!machine) throw resourceNotFound(machineType, target.names[0], target.resourceGroup);
  refuseAsAsked(machine, azure);
  azure.journal.write({ kind: "azure", subject: machine.id, what: "start", outcome: "accepted" });
  power.begin(machine.id);
  return machine;
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

/** A fault stands in for what Azure may have against it, such as no capacity for the size. */
function refuseAsAsked(machine: AzureResource, { faults, journal }: Azure): void {
  if (!faults.take("failRequest", machine.id, "start")) return;
  const refusal = new AzureError(
    409,
    "AllocationFailed",
    "Allocation failed. We do not have sufficient capacity for the requested VM size in this region.",
  );
  journal.write({
    kind: "azure",
    subject: machine.id,
    what: "start",
    outcome: refusal.message,
  });
  throw refusal;
}

function operationUrl(
  request: http.IncomingMessage,
  machine: AzureResource,
  requestId: string,
  azure: Azure,
): string {
  const version = new URL(request.url ?? "/", "http://127.0.0.1").searchParams.get("api-version");
  const location = normalizedLocation(String(machine.properties.location ?? ""));
  return (
    `http://${request.headers.host}/subscriptions/${azure.subscription}/providers/Microsoft.Compute/` +
    `locations/${location}/operations/${requestId}?api-version=${version}`
  );
}

function decodePath(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return "";
  }
}

function internal(): AzureError {
  return new AzureError(500, "InternalServerError", "Encountered internal server error.");
}
