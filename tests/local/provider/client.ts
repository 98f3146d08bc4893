import { credentials } from "@grpc/grpc-js";
import type { ClientUnaryCall, ServiceError } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Any } from "google-protobuf/google/protobuf/any_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import type { Properties, PropertyDiffKind } from "../../../local/provider";
import { decodeProperties, encodeProperties } from "../../../local/provider/values";

/** What an engine gets when a resource was made and its initialization failed. */
export interface InitializationFailure {
  id: string;
  inputs: Properties;
  outputs: Properties;
  reasons: string[];
}

/** The engine's end of the provider protocol, as far as tests need it. */
export interface ProviderClient {
  configure(configuration: Properties): Promise<proto.ConfigureResponse.AsObject>;
  check(
    type: string,
    name: string,
    inputs: Properties,
    oldInputs?: Properties,
  ): Promise<{ inputs: Properties; failures: { property: string; reason: string }[] }>;
  diff(
    type: string,
    name: string,
    id: string,
    oldInputs: Properties,
    inputs: Properties,
  ): Promise<{ changes: { [path: string]: PropertyDiffKind }; deleteBeforeReplace: boolean }>;
  create(
    type: string,
    name: string,
    inputs: Properties,
    preview?: boolean,
    urn?: string,
  ): Promise<{ id: string; outputs: Properties }>;
  read(
    type: string,
    name: string,
    id: string,
    inputs?: Properties,
    outputs?: Properties,
  ): Promise<{ id: string; inputs: Properties; outputs: Properties }>;
  update(
    type: string,
    name: string,
    id: string,
    oldInputs: Properties,
    inputs: Properties,
    preview?: boolean,
  ): Promise<{ outputs: Properties }>;
  delete(type: string, name: string, id: string, inputs?: Properties): Promise<void>;
  invoke(
    token: string,
    args: Properties,
  ): Promise<{ result: Properties; failures: { property: string; reason: string }[] }>;
  /** The user interrupted the engine. */
  cancel(): Promise<void>;
  /** The engine dies: requests under way get no answer any more. */
  abandon(): void;
  close(): void;
}

const kinds: PropertyDiffKind[] = [
  "add",
  "addReplace",
  "delete",
  "deleteReplace",
  "update",
  "updateReplace",
];

export function connectProvider(port: number): ProviderClient {
  const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  const underWay = new Set<ClientUnaryCall>();
  const call = <Response>(
    send: (callback: (error: ServiceError | null, response: Response) => void) => ClientUnaryCall,
  ) =>
    new Promise<Response>((resolve, reject) => {
      const request = send((error, response) => {
        underWay.delete(request);
        if (error) reject(withInitializationFailure(error));
        else resolve(response);
      });
      underWay.add(request);
    });
  const about = (
    request: {
      setUrn(v: string): unknown;
      setType(v: string): unknown;
      setName(v: string): unknown;
    },
    type: string,
    name: string,
  ) => {
    request.setUrn(`urn:pulumi:test::test::${type}::${name}`);
    request.setType(type);
    request.setName(name);
  };
  const decode = (struct: Parameters<typeof decodeProperties>[0]) =>
    decodeProperties(struct, "keep");
  return {
    async configure(configuration) {
      const request = new proto.ConfigureRequest();
      request.setArgs(encodeProperties(configuration));
      return (
        await call<proto.ConfigureResponse>((done) => client.configure(request, done))
      ).toObject();
    },
    async check(type, name, inputs, oldInputs = {}) {
      const request = new proto.CheckRequest();
      about(request, type, name);
      request.setNews(encodeProperties(inputs));
      request.setOlds(encodeProperties(oldInputs));
      request.setRandomseed(Buffer.alloc(32, 7));
      const response = await call<proto.CheckResponse>((done) => client.check(request, done));
      return {
        inputs: decode(response.getInputs()),
        failures: response.getFailuresList().map((failure) => failure.toObject()),
      };
    },
    async diff(type, name, id, oldInputs, inputs) {
      const request = new proto.DiffRequest();
      about(request, type, name);
      request.setId(id);
      request.setOldInputs(encodeProperties(oldInputs));
      request.setNews(encodeProperties(inputs));
      const response = await call<proto.DiffResponse>((done) => client.diff(request, done));
      const changes: { [path: string]: PropertyDiffKind } = {};
      response
        .getDetaileddiffMap()
        .forEach((difference, path) => (changes[path] = kinds[difference.getKind()]));
      return { changes, deleteBeforeReplace: response.getDeletebeforereplace() };
    },
    async create(type, name, inputs, preview = false, urn) {
      const request = new proto.CreateRequest();
      about(request, type, urn ? "" : name);
      if (urn) request.setUrn(urn);
      request.setProperties(encodeProperties(inputs));
      request.setPreview(preview);
      const response = await call<proto.CreateResponse>((done) => client.create(request, done));
      return { id: response.getId(), outputs: decode(response.getProperties()) };
    },
    async read(type, name, id, inputs = {}, outputs = {}) {
      const request = new proto.ReadRequest();
      about(request, type, name);
      request.setId(id);
      request.setInputs(encodeProperties(inputs));
      request.setProperties(encodeProperties(outputs));
      const response = await call<proto.ReadResponse>((done) => client.read(request, done));
      return {
        id: response.getId(),
        inputs: decode(response.getInputs()),
        outputs: decode(response.getProperties()),
      };
    },
    async update(type, name, id, oldInputs, inputs, preview = false) {
      const request = new proto.UpdateRequest();
      about(request, type, name);
      request.setId(id);
      request.setOldInputs(encodeProperties(oldInputs));
      request.setNews(encodeProperties(inputs));
      request.setPreview(preview);
      const response = await call<proto.UpdateResponse>((done) => client.update(request, done));
      return { outputs: decode(response.getProperties()) };
    },
    async delete(type, name, id, inputs = {}) {
      const request = new proto.DeleteRequest();
      about(request, type, name);
      request.setId(id);
      request.setOldInputs(encodeProperties(inputs));
      await call<unknown>((done) => client.delete(request, done));
    },
    async invoke(token, args) {
      const request = new proto.InvokeRequest();
      request.setTok(token);
      request.setArgs(encodeProperties(args));
      const response = await call<proto.InvokeResponse>((done) => client.invoke(request, done));
      return {
        result: decode(response.getReturn()),
        failures: response.getFailuresList().map((failure) => failure.toObject()),
      };
    },
    async cancel() {
      await call<unknown>((done) => client.cancel(new Empty(), done));
    },
    abandon() {
      for (const request of underWay) request.cancel();
    },
    close: () => client.close(),
  };
}

function withInitializationFailure(
  error: ServiceError,
): ServiceError & { initialization?: InitializationFailure } {
  const [details] = error.metadata.get("grpc-status-details-bin");
  if (!Buffer.isBuffer(details)) return error;
  const status = Status.deserializeBinary(new Uint8Array(details));
  const packed: Any = status.getDetailsList()[0];
  const failed = proto.ErrorResourceInitFailed.deserializeBinary(packed.getValue_asU8());
  return Object.assign(error, {
    initialization: {
      id: failed.getId(),
      inputs: decodeProperties(failed.getInputs(), "keep"),
      outputs: decodeProperties(failed.getProperties(), "keep"),
      reasons: failed.getReasonsList(),
    },
  });
}
