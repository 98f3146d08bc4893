import { credentials, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import type { Properties } from "../../../local/provider";
import { decodeProperties, encodeProperties } from "../../../local/provider/values";

type Send<Response> = (
  client: ResourceProviderClient,
  done: (error: ServiceError | null, response: Response) => void,
) => unknown;

async function call<Response>(port: number, send: Send<Response>): Promise<Response> {
  const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  try {
    return await new Promise<Response>((resolve, reject) =>
      send(client, (error, response) => (error ? reject(error) : resolve(response))),
    );
  } finally {
    client.close();
  }
}

/** Updates a resource whose state the engine holds, as it sends it: the old outputs beside the new inputs. */
export async function updateResource(
  port: number,
  type: string,
  id: string,
  oldOutputs: Properties,
  inputs: Properties,
): Promise<Properties> {
  const request = new proto.UpdateRequest();
  request.setUrn(`urn:pulumi:test::test::${type}::step`);
  request.setId(id);
  request.setOlds(encodeProperties(oldOutputs));
  request.setOldInputs(encodeProperties(oldOutputs));
  request.setNews(encodeProperties(inputs));
  const response = await call<proto.UpdateResponse>(port, (client, done) =>
    client.update(request, done),
  );
  return decodeProperties(response.getProperties(), "keep");
}

/** Deletes a resource with the outputs that the engine holds. */
export async function deleteResource(
  port: number,
  type: string,
  id: string,
  outputs: Properties,
): Promise<void> {
  const request = new proto.DeleteRequest();
  request.setUrn(`urn:pulumi:test::test::${type}::step`);
  request.setId(id);
  request.setProperties(encodeProperties(outputs));
  await call<unknown>(port, (client, done) => client.delete(request, done));
}
