import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { endChildren } from "./child";
import { createLanguageRuntime } from "./languageRuntime";

/**
 * Runs the language host until the engine goes: serves `pulumirpc.LanguageRuntime` on a free port of the loopback
 * interface and prints that port as the first line, as the engine expects of every plugin. The last of `args` is the
 * engine's own address, where there is one; all others are settings for logging and tracing, which this host has not.
 */
export function serve(args: string[]): void {
  const last = args.at(-1);
  const engineAddress = last && !last.startsWith("-") ? last : undefined;
  const server = new grpc.Server({
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
  });
  const stop = () => {
    endChildren();
    server.forceShutdown();
    process.exit(0);
  };
  const watch = (address: string) => watchEngine(address, stop);
  server.addService(LanguageRuntimeService, createLanguageRuntime({ engineAddress, watch }));
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) {
      process.stderr.write(`The language host cannot listen on 127.0.0.1: ${error.message}\n`);
      process.exit(1);
    }
    process.stdout.write(`${port}\n`);
  });
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  if (engineAddress) watch(engineAddress);
}

/**
 * Calls `gone` when the connection to the engine ends or is refused. An engine that is killed cannot end its plugins, be it
 * before this one has connected, and on Windows the launcher's process stands between the two.
 */
function watchEngine(address: string, gone: () => void): void {
  // Straight to the engine: a proxy of the environment could neither reach it nor say that it is gone.
  const client = new grpc.Client(address, grpc.credentials.createInsecure(), {
    "grpc.enable_http_proxy": 0,
  });
  const channel = client.getChannel();
  const { READY, SHUTDOWN, TRANSIENT_FAILURE } = grpc.connectivityState;
  const wait = (state: grpc.connectivityState) => {
    channel.watchConnectivityState(state, Infinity, (error) => {
      if (error) return;
      const next = channel.getConnectivityState(true);
      if (state === READY || next === SHUTDOWN || next === TRANSIENT_FAILURE) {
        gone();
      } else {
        wait(next);
      }
    });
  };
  wait(channel.getConnectivityState(true));
}
