/** A Pulumi resource provider in this process, without the wire protocol in sight. */
export * from "./handlers";
export * from "./values";
export { diffProperties, joinPath, markReplacements } from "./diff";
export { PartialFailure, ProviderError } from "./errors";
export { observed } from "./observe";
export type { ObservedRequest, RequestObserver } from "./observe";
export { serveProvider } from "./server";
export type { ProviderServer } from "./server";
