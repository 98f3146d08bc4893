import { status } from "@grpc/grpc-js";
import type { Azure } from "../arm/azure";
import { idKey } from "../arm/id";
import type { ProviderHandlers } from "../../provider";
import { ProviderError } from "../../provider";
import { schema } from "../schema/check";
import { isServedFunction, isServedResource, servedFunctions, servedResources } from "../served";
import { removeResource, resourceTypes } from "../types";
import type { ResourceType } from "../types/type";
import { check } from "./check";
import { diff } from "./diff";
import { withFaults } from "./effects";
import { invoke } from "./invoke";
import { create, update } from "./put";
import { read } from "./read";

/** azure-native as the engine sees it, over the state of `azure`. */
export function azureNative(azure: Azure): ProviderHandlers {
  const locations = new Map<string, string>();
  return {
    version: schema.source.version,
    // The engine keeps inputs and outputs of one name equally secret; azure-native itself marks nothing.
    secrets: "strip",
    async configure({ arguments: configuration, connection }) {
      const { location } = configuration;
      if (typeof location === "string" && location !== "") locations.set(connection, location);
    },
    check: async (request) => {
      const type = served(request.type, azure);
      return check(type, request, locations.get(request.connection), azure);
    },
    diff: async (request) => diff(served(request.type, azure), request),
    create: (request) => create(served(request.type, azure), request, azure),
    read: (request) => read(served(request.type, azure), request, azure),
    update: (request) => update(served(request.type, azure), request, azure),
    async delete(request) {
      const { token } = served(request.type, azure);
      const subject = { token, name: request.name, id: request.id };
      await withFaults(azure, "delete", subject, async () => {
        // Deleting what is gone succeeds, as in Azure.
        const resource = azure.store.get(idKey(request.id));
        if (resource) await removeResource(resource, azure);
      });
    },
    async invoke(request) {
      if (isServedFunction(request.token)) return invoke(request.token, request, azure);
      throw refused("function", request.token, servedFunctions, azure);
    },
    cancel: () => azure.cancel(),
  };
}

function served(token: string, azure: Azure): ResourceType {
  const type = isServedResource(token) ? resourceTypes.get(token) : undefined;
  if (type) return type;
  throw refused("resource type", token, servedResources, azure);
}

function refused(kind: string, token: string, known: readonly string[], azure: Azure): Error {
  const message = `the local stand-in for Azure does not serve the ${kind} ${token}; it serves: ${known.join(", ")}`;
  azure.journal.write({ kind: "azure", subject: token, what: "refused", outcome: message });
  return new ProviderError(message, status.UNIMPLEMENTED);
}
