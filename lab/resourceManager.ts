import type { ComputeManagementClient } from "@azure/arm-compute";
import * as authorization from "@pulumi/azure-native/authorization";
import { namesOf, powerOf, resourceManagerOf } from "../components/power";
import { askAzure, type AzureOptions } from "./askAzure";

/** A virtual machine as Azure Resource Manager has it now. */
export interface MachineInAzure {
  /** `vmId`; empty where Azure has no such VM. */
  instance: string;
  /** `running`, `deallocated`, `starting`, ...; empty where Azure has no such VM, or is making it. */
  power: string;
  /** Whether Azure may take it back at any time. */
  isSpot: boolean;
}

/** What Azure refused, with its own code: `AllocationFailed`, `OperationPreempted`, ... */
export class AzureRefusal extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(`${code}: ${message}`);
  }
}

/**
 * Azure Resource Manager for what azure-native has no function for. Virtual machines go by their ARM ids. Each answer is waited for as
 * Azure asks for it: `Retry-After`, also of 429, which is tried three more times.
 */
export interface ResourceManager {
  /** Throws {@link AzureRefusal} where Azure does not answer what was asked; a machine that is not there is an answer. */
  machine(id: string): Promise<MachineInAzure>;
  /** Begins to start a machine, or to deallocate it: its host is given back and costs nothing. */
  begin(id: string, goal: PowerGoal): Promise<Operation>;
}

/** What a machine is switched to. */
export type PowerGoal = "running" | "deallocated";

/** What Azure has accepted, and does whether or not anybody waits for it. */
export interface Operation {
  /** Resolves when it has succeeded. Throws {@link AzureRefusal} where it failed, an `AbortError` where the signal ended the wait. */
  done(signal: AbortSignal): Promise<void>;
}

/** A token whose end is not known is asked for again after this long. Azure's live an hour or more. */
const assumedLifeMilliseconds = 45 * 60_000;

/**
 * Opens Azure Resource Manager under the credentials of azure-native itself, which is asked for a token when the first request is
 * sent, and for another one when that is about to expire.
 */
export async function openResourceManager(options: AzureOptions): Promise<ResourceManager> {
  const { settings, environment } = options;
  const cloud = settings["azure-native:environment"] ?? environment.ARM_ENVIRONMENT;
  return resourceManagerAt(resourceManagerOf(cloud, environment), () => askForToken(options));
}

/** The same at an endpoint of its own, with tokens from somewhere else; for tests, too. */
export async function resourceManagerAt(
  endpoint: string,
  newToken: () => Promise<string>,
): Promise<ResourceManager> {
  // Loads for some tenths of a second.
  const { ComputeManagementClient } = await import("@azure/arm-compute");
  const isOnLoopback = /^http:\/\/(127\.\d+\.\d+\.\d+|\[::1\]|localhost)(:\d+)?$/i.test(endpoint);
  const credential = {
    async getToken() {
      const token = await newToken();
      return { token, expiresOnTimestamp: expiryOf(token) };
    },
  };
  const clients = new Map<string, ComputeManagementClient["virtualMachines"]>();
  const machinesOf = (id: string) => {
    const subscription = /^\/subscriptions\/([^/]+)/i.exec(id)?.[1] ?? "";
    let machines = clients.get(subscription);
    if (!machines) {
      const client = new ComputeManagementClient(credential, subscription, {
        endpoint,
        allowInsecureConnection: isOnLoopback,
      });
      if (isOnLoopback) authorizeOnLoopback(client, credential.getToken);
      machines = client.virtualMachines;
      clients.set(subscription, machines);
    }
    return machines;
  };
  return {
    async machine(id) {
      const { resourceGroupName, vmName } = namesOf(id);
      try {
        const { vmId, priority, instanceView } = await machinesOf(id).get(
          resourceGroupName,
          vmName,
          { expand: "instanceView" },
        );
        return {
          instance: vmId ?? "",
          power: powerOf(instanceView),
          isSpot: priority === "Spot" || priority === "Low",
        };
      } catch (error) {
        const { code, statusCode } = error as { code?: string; statusCode?: number };
        const isGone = code === "ResourceNotFound" || code === "ResourceGroupNotFound";
        if (statusCode === 404 && isGone) return { instance: "", power: "", isSpot: false };
        throw refusalOf(error);
      }
    },
    async begin(id, goal) {
      const { resourceGroupName, vmName } = namesOf(id);
      const machines = machinesOf(id);
      const poller =
        goal === "running"
          ? machines.start(resourceGroupName, vmName)
          : machines.deallocate(resourceGroupName, vmName);
      try {
        await poller.submitted();
      } catch (error) {
        throw refusalOf(error);
      }
      return {
        async done(signal) {
          try {
            await poller.pollUntilDone({ abortSignal: signal });
          } catch (error) {
            if ((error as Error).name === "AbortError") throw error;
            throw refusalOf(error);
          }
        },
      };
    },
  };
}

/** Asks azure-native for the token that it uses itself. */
async function askForToken(options: AzureOptions): Promise<string> {
  let token = "";
  await askAzure(async (provider) => {
    ({ token } = await authorization.getClientToken({}, { provider }));
  }, options);
  if (token === "") throw new Error("azure-native gave no token for Azure Resource Manager.");
  return token;
}

/** When a token ends, in milliseconds since 1970: Microsoft Entra's are JSON web tokens, which say it (`exp`, RFC 7519). */
export function expiryOf(token: string, now = Date.now()): number {
  try {
    const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString("utf8")) as {
      exp?: unknown;
    };
    if (typeof claims.exp === "number") return claims.exp * 1000;
  } catch {
    // Not one of those.
  }
  return now + assumedLifeMilliseconds;
}

/** The library's own policy sends no token without TLS, on loopback neither. */
function authorizeOnLoopback(
  { pipeline }: ComputeManagementClient,
  getToken: () => Promise<{ token: string }>,
): void {
  pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" });
  let token: Promise<{ token: string }> | undefined;
  pipeline.addPolicy({
    name: "loopbackTokenPolicy",
    async sendRequest(request, next) {
      token ??= getToken();
      request.headers.set("Authorization", `Bearer ${(await token).token}`);
      return next(request);
    },
  });
}

/** What Azure said. An operation that failed or was cancelled later is told in words alone by the library. */
function refusalOf(error: unknown): Error {
  const { code, message } = error as { code?: string; message: string };
  if (message === "Operation was canceled") {
    return new AzureRefusal("OperationPreempted", "Azure has ended it for another operation.");
  }
  const later = /^The long-running operation has failed\. ([A-Za-z]+)\. (.*)$/s.exec(message);
  if (later) return new AzureRefusal(later[1], later[2]);
  return code ? new AzureRefusal(code, message) : (error as Error);
}
