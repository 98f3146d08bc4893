import { Metadata, status } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import type { Properties } from "./values";
import { encodeProperties } from "./values";

/** A refusal with a gRPC status of its own; any other error is answered as `UNKNOWN`. */
export class ProviderError extends Error {
  constructor(
    message: string,
    readonly code: status = status.UNKNOWN,
  ) {
    super(message);
  }
}

/**
 * The resource was made or changed, and something failed afterwards. The engine fails the step, yet keeps the resource
 * with these properties in the stack's state, so that the next update goes on from there.
 */
export class PartialFailure extends Error {
  constructor(
    message: string,
    readonly id: string,
    readonly inputs: Properties,
    readonly outputs: Properties,
    readonly reasons: string[] = [message],
  ) {
    super(message);
  }
}

/** The answer a gRPC server gives for what a handler threw. */
export function serviceError(error: unknown): Partial<ServiceError> {
  if (error instanceof PartialFailure) {
    const detail = new ErrorResourceInitFailed();
    detail.setId(error.id);
    detail.setInputs(encodeProperties(error.inputs));
    detail.setProperties(encodeProperties(error.outputs));
    detail.setReasonsList(error.reasons);
    return withDetail(error.message, detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  }
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof ProviderError ? error.code : status.UNKNOWN;
  return { code, details: message };
}

function withDetail(message: string, detail: Uint8Array, typeName: string): Partial<ServiceError> {
  const packed = new Any();
  packed.pack(detail, typeName);
  const answer = new Status();
  answer.setCode(status.UNKNOWN);
  answer.setMessage(message);
  answer.addDetails(packed);
  const metadata = new Metadata();
  // The trailer in which gRPC implementations look for structured details.
  metadata.set("grpc-status-details-bin", Buffer.from(answer.serializeBinary()));
  return { code: status.UNKNOWN, details: message, metadata };
}
