import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { serviceError } from "./errors";
import type {
  CheckFailure,
  CheckRequest,
  ProviderHandlers,
  PropertyDiffKind,
  ResourceRequest,
} from "./handlers";
import { decodeProperties, encodeProperties } from "./values";

export interface ProviderServer {
  port: number;
  /** Takes no new requests; resolves when those under way are answered. */
  close(): Promise<void>;
}

/**
 * Serves a provider on 127.0.0.1, for an engine that attaches to it (`PULUMI_DEBUG_PROVIDERS=<package>:<port>`). Without
 * `port` the system chooses one.
 */
export async function serveProvider(
  handlers: ProviderHandlers,
  options: { port?: number } = {},
): Promise<ProviderServer> {
  const server = new grpc.Server({
    // A whole stack's state can pass in one message; the engine sets no limit below 400 MB either.
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
  });
  server.addService(ResourceProviderService, implementation(handlers));
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(
      `127.0.0.1:${options.port ?? 0}`,
      grpc.ServerCredentials.createInsecure(),
      (error, bound) => (error ? reject(error) : resolve(bound)),
    ),
  );
  return {
    port,
    close: () =>
      new Promise((resolve, reject) => {
        server.tryShutdown((error) => (error ? reject(error) : resolve()));
      }),
  };
}

type Answer<Request, Response> = (request: Request, connection: string) => Promise<Response>;

function unary<Request, Response>(
  answer: Answer<Request, Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    answer(call.request, call.getPeer()).then(
      (response) => callback(null, response),
      (error: unknown) => callback(serviceError(error)),
    );
  };
}

function implementation(handlers: ProviderHandlers): grpc.UntypedServiceImplementation {
  return { ...protocolMethods(handlers), ...resourceMethods(handlers) };
}

/** What the engine asks before and around the work: who are you, what can you do, how are you configured. */
function protocolMethods(handlers: ProviderHandlers): grpc.UntypedServiceImplementation {
  const acceptSecrets = handlers.secrets === "keep";
  const configurationCheck = async (request: proto.CheckRequest) => {
    const response = new proto.CheckResponse();
    response.setInputs(request.getNews());
    return response;
  };
  return {
    handshake: unary(async (_request: proto.ProviderHandshakeRequest) => {
      const response = new proto.ProviderHandshakeResponse();
      response.setAcceptSecrets(acceptSecrets);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    }),
    attach: unary(async () => new Empty()),
    cancel: unary(async () => {
      handlers.cancel?.();
      return new Empty();
    }),
    getPluginInfo: unary(async () => {
      const info = new PluginInfo();
      info.setVersion(handlers.version);
      return info;
    }),
    getSchema: unary(async () => {
      const response = new proto.GetSchemaResponse();
      response.setSchema("{}");
      return response;
    }),
    checkConfig: unary(configurationCheck),
    diffConfig: unary(async () => new proto.DiffResponse()),
    configure: unary(async (request: proto.ConfigureRequest, connection) => {
      await handlers.configure?.({
        arguments: decodeProperties(request.getArgs(), handlers.secrets),
        connection,
      });
      const response = new proto.ConfigureResponse();
      response.setAcceptsecrets(acceptSecrets);
      response.setSupportspreview(true);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    }),
    ...Object.fromEntries(
      ["parameterize", "call", "construct", "list", "getMapping", "getMappings"].map((method) => [
        method,
        unimplemented(method),
      ]),
    ),
  };
}

function unimplemented(method: string): grpc.UntypedHandleCall {
  const error = { code: grpc.status.UNIMPLEMENTED, details: `this provider has no ${method}` };
  return ((
    call: grpc.ServerUnaryCall<unknown, unknown> | grpc.ServerWritableStream<unknown, unknown>,
    callback?: grpc.sendUnaryData<unknown>,
  ) => {
    if (callback) callback(error);
    else call.emit("error", error);
  }) as grpc.UntypedHandleCall;
}

interface AboutResource {
  getUrn(): string;
  getType(): string;
  getName(): string;
}

/** Engines before 3.130 name type and logical name only in the URN. */
function resource(request: AboutResource, connection: string): ResourceRequest {
  const urn = request.getUrn();
  const parts = urn.split("::");
  return {
    urn,
    type: request.getType() || (parts[2]?.split("$").pop() ?? ""),
    name: request.getName() || parts.slice(3).join("::"),
    connection,
  };
}

const diffKinds: { [kind in PropertyDiffKind]: proto.PropertyDiff.Kind } = {
  add: proto.PropertyDiff.Kind.ADD,
  addReplace: proto.PropertyDiff.Kind.ADD_REPLACE,
  delete: proto.PropertyDiff.Kind.DELETE,
  deleteReplace: proto.PropertyDiff.Kind.DELETE_REPLACE,
  update: proto.PropertyDiff.Kind.UPDATE,
  updateReplace: proto.PropertyDiff.Kind.UPDATE_REPLACE,
};

const autonamingModes = {
  [proto.CheckRequest.AutonamingOptions.Mode.PROPOSE]: "propose",
  [proto.CheckRequest.AutonamingOptions.Mode.ENFORCE]: "enforce",
  [proto.CheckRequest.AutonamingOptions.Mode.DISABLE]: "disable",
} as const;

function autonaming(request: proto.CheckRequest): CheckRequest["autonaming"] {
  const options = request.getAutonaming();
  if (!options) return undefined;
  return { proposedName: options.getProposedName(), mode: autonamingModes[options.getMode()] };
}

function failureMessages(failures: CheckFailure[] | undefined): proto.CheckFailure[] {
  return (failures ?? []).map(({ property, reason }) => {
    const failure = new proto.CheckFailure();
    failure.setProperty(property);
    failure.setReason(reason);
    return failure;
  });
}

function diffResponse(
  changes: { [path: string]: PropertyDiffKind },
  deleteBeforeReplace: boolean,
): proto.DiffResponse {
  const response = new proto.DiffResponse();
  const paths = Object.keys(changes);
  response.setChanges(
    paths.length > 0
      ? proto.DiffResponse.DiffChanges.DIFF_SOME
      : proto.DiffResponse.DiffChanges.DIFF_NONE,
  );
  response.setHasdetaileddiff(true);
  const topLevel = (list: string[]) => [...new Set(list.map((path) => path.split(/[.[]/)[0]))];
  response.setDiffsList(topLevel(paths));
  response.setReplacesList(topLevel(paths.filter((path) => changes[path].endsWith("Replace"))));
  response.setDeletebeforereplace(deleteBeforeReplace);
  for (const path of paths) {
    const difference = new proto.PropertyDiff();
    difference.setKind(diffKinds[changes[path]]);
    difference.setInputdiff(true);
    response.getDetaileddiffMap().set(path, difference);
  }
  return response;
}

function resourceMethods(handlers: ProviderHandlers): grpc.UntypedServiceImplementation {
  const decode = (struct: Parameters<typeof decodeProperties>[0]) =>
    decodeProperties(struct, handlers.secrets);
  return {
    check: unary(async (request: proto.CheckRequest, connection) => {
      const result = await handlers.check({
        ...resource(request, connection),
        oldInputs: decode(request.getOlds()),
        inputs: decode(request.getNews()),
        randomSeed: request.getRandomseed_asU8(),
        autonaming: autonaming(request),
      });
      const response = new proto.CheckResponse();
      response.setInputs(encodeProperties(result.inputs));
      response.setFailuresList(failureMessages(result.failures));
      return response;
    }),
    diff: unary(async (request: proto.DiffRequest, connection) => {
      const result = await handlers.diff({
        ...resource(request, connection),
        id: request.getId(),
        oldInputs: decode(request.getOldInputs()),
        oldOutputs: decode(request.getOlds()),
        inputs: decode(request.getNews()),
        ignoreChanges: request.getIgnorechangesList(),
      });
      return diffResponse(result.changes, result.deleteBeforeReplace ?? false);
    }),
    create: unary(async (request: proto.CreateRequest, connection) => {
      const result = await handlers.create({
        ...resource(request, connection),
        inputs: decode(request.getProperties()),
        preview: request.getPreview(),
        timeout: request.getTimeout(),
      });
      const response = new proto.CreateResponse();
      response.setId(result.id);
      response.setProperties(encodeProperties(result.outputs));
      return response;
    }),
    read: unary(async (request: proto.ReadRequest, connection) => {
      const result = await handlers.read({
        ...resource(request, connection),
        id: request.getId(),
        inputs: decode(request.getInputs()),
        outputs: decode(request.getProperties()),
      });
      const response = new proto.ReadResponse();
      response.setId(result.id);
      response.setInputs(encodeProperties(result.inputs));
      response.setProperties(encodeProperties(result.outputs));
      return response;
    }),
    update: unary(async (request: proto.UpdateRequest, connection) => {
      const result = await handlers.update({
        ...resource(request, connection),
        id: request.getId(),
        oldInputs: decode(request.getOldInputs()),
        oldOutputs: decode(request.getOlds()),
        inputs: decode(request.getNews()),
        preview: request.getPreview(),
        timeout: request.getTimeout(),
      });
      const response = new proto.UpdateResponse();
      response.setProperties(encodeProperties(result.outputs));
      return response;
    }),
    delete: unary(async (request: proto.DeleteRequest, connection) => {
      await handlers.delete({
        ...resource(request, connection),
        id: request.getId(),
        oldInputs: decode(request.getOldInputs()),
        outputs: decode(request.getProperties()),
        timeout: request.getTimeout(),
      });
      return new Empty();
    }),
    invoke: unary(async (request: proto.InvokeRequest, connection) => {
      const result = await handlers.invoke({
        token: request.getTok(),
        arguments: decode(request.getArgs()),
        connection,
      });
      const response = new proto.InvokeResponse();
      response.setReturn(encodeProperties(result.result));
      response.setFailuresList(failureMessages(result.failures));
      return response;
    }),
  };
}
