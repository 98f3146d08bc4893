import * as grpc from "@grpc/grpc-js";
import type { ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb";
import {
  AboutResponse,
  GetProgramDependenciesResponse,
  GetRequiredPackagesResponse,
  LanguageHandshakeResponse,
  RuntimeOptionsResponse,
} from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { engineVersion } from "../version";
import { programDependencies, requiredPackages } from "./packages";
import { runPlugin } from "./runPlugin";
import { runProgram } from "./runProgram";

export interface LanguageRuntimeOptions {
  /** Where the engine listens; a host that was started without it learns it from the handshake. */
  engineAddress?: string;
  /** Ends this process when the engine at that address goes. */
  watch: (engineAddress: string) => void;
}

/**
 * The methods of `pulumirpc.LanguageRuntime` that running programs, components and policy packs takes. The others
 * (generating code, packing, linking) are answered by gRPC itself as unimplemented.
 */
export function createLanguageRuntime(
  options: LanguageRuntimeOptions,
): Partial<ILanguageRuntimeServer> & grpc.UntypedServiceImplementation {
  let engineAddress = options.engineAddress;
  const cancellation = new AbortController();

  const methods: Partial<ILanguageRuntimeServer> = {
    handshake(call, callback) {
      if (!engineAddress) options.watch(call.request.getEngineAddress());
      engineAddress = call.request.getEngineAddress();
      callback(null, new LanguageHandshakeResponse());
    },

    getPluginInfo(_call, callback) {
      const info = new PluginInfo();
      info.setVersion(engineVersion);
      callback(null, info);
    },

    getRequiredPackages: unary((call) => {
      const response = new GetRequiredPackagesResponse();
      response.setPackagesList(requiredPackages(call.request.getInfo()!));
      return response;
    }),

    getProgramDependencies: unary((call) => {
      const { request } = call;
      const response = new GetProgramDependenciesResponse();
      response.setDependenciesList(
        programDependencies(request.getInfo()!, request.getTransitivedependencies()),
      );
      return response;
    }),

    about(_call, callback) {
      const response = new AboutResponse();
      response.setExecutable(process.execPath);
      response.setVersion(process.version);
      callback(null, response);
    },

    runtimeOptionsPrompts(_call, callback) {
      callback(null, new RuntimeOptionsResponse());
    },

    // The engine asks for this before a component or policy pack runs. Packages are the caller's own business here: npm
    // has installed them from the lock file.
    installDependencies(call) {
      call.end();
    },

    run: unary((call) => {
      if (!engineAddress) throw new Error("a program cannot run before the engine's handshake");
      return runProgram(call.request, engineAddress, cancelledWith(call, cancellation.signal));
    }),

    runPlugin(call) {
      const cancelled = cancelledWith(call, cancellation.signal);
      Promise.resolve()
        .then(() => runPlugin(call.request, cancelled, (response) => call.write(response)))
        .then(
          () => call.end(),
          (error: Error) => call.emit("error", failure(error)),
        );
    },

    cancel(_call, callback) {
      cancellation.abort();
      callback(null, new Empty());
    },
  };
  return methods as grpc.UntypedServiceImplementation;
}

function unary<Request, Response>(
  answer: (call: grpc.ServerUnaryCall<Request, Response>) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => answer(call))
      .then(
        (response) => callback(null, response),
        (error: Error) => callback(failure(error)),
      );
  };
}

function failure(error: Error): grpc.ServiceError {
  return Object.assign(error, {
    code: grpc.status.UNKNOWN,
    details: error.message,
    metadata: new grpc.Metadata(),
  });
}

/** A signal for the end of one call or of the whole host, whichever comes first. */
function cancelledWith(
  call: { on(event: "cancelled", listener: () => void): unknown },
  host: AbortSignal,
): AbortSignal {
  const abort = new AbortController();
  call.on("cancelled", () => abort.abort());
  return AbortSignal.any([abort.signal, host]);
}
