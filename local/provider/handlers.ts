import type { Properties, SecretHandling } from "./values";

/** What every request about a resource says about it. */
export interface ResourceRequest {
  urn: string;
  /** The type token: `azure-native:network:VirtualNetwork`. */
  type: string;
  /** The logical name in the program. */
  name: string;
  /**
   * Names the provider instance (`new Provider(...)`, or the default one) that the request is for. A provider that is
   * attached by address serves all of them from one port; each has a connection of its own.
   */
  connection: string;
}

export interface CheckRequest extends ResourceRequest {
  oldInputs: Properties;
  inputs: Properties;
  /** Seed for generated names: the same in preview and update of one plan; may be empty. */
  randomSeed: Uint8Array;
  autonaming?: { proposedName: string; mode: "propose" | "enforce" | "disable" };
}

export interface CheckFailure {
  /** Path of the property; empty for the resource as a whole. */
  property: string;
  reason: string;
}

export interface CheckResult {
  /** The inputs with defaults applied; these are what the other requests get. */
  inputs: Properties;
  failures?: CheckFailure[];
}

export interface DiffRequest extends ResourceRequest {
  id: string;
  oldInputs: Properties;
  oldOutputs: Properties;
  inputs: Properties;
  /** Property paths the program asked to ignore. */
  ignoreChanges: string[];
}

export type PropertyDiffKind =
  "add" | "addReplace" | "delete" | "deleteReplace" | "update" | "updateReplace";

export interface DiffResult {
  /** What changed, by property path (`storageProfile.imageReference.sku`, `ipConfigurations[1].name`). */
  changes: { [path: string]: PropertyDiffKind };
  /** Whether a replacement has to delete the old resource first. */
  deleteBeforeReplace?: boolean;
}

export interface CreateRequest extends ResourceRequest {
  inputs: Properties;
  /** In a preview nothing may be made, and unknown inputs are possible. */
  preview: boolean;
  /** The custom timeout in seconds; 0: none was given. */
  timeout: number;
}

export interface CreateResult {
  /** Empty in a preview. */
  id: string;
  outputs: Properties;
}

export interface ReadRequest extends ResourceRequest {
  id: string;
  /** Both empty when the program reads or imports something the stack does not hold. */
  inputs: Properties;
  outputs: Properties;
}

export interface ReadResult {
  /** Empty: there is no such resource any more. */
  id: string;
  inputs: Properties;
  outputs: Properties;
}

export interface UpdateRequest extends ResourceRequest {
  id: string;
  oldInputs: Properties;
  oldOutputs: Properties;
  inputs: Properties;
  preview: boolean;
  timeout: number;
}

export interface UpdateResult {
  outputs: Properties;
}

export interface DeleteRequest extends ResourceRequest {
  id: string;
  oldInputs: Properties;
  outputs: Properties;
  timeout: number;
}

export interface InvokeRequest {
  /** The function's token: `azure-native:network:getVirtualNetwork`. */
  token: string;
  arguments: Properties;
  connection: string;
}

export interface InvokeResult {
  result: Properties;
  failures?: CheckFailure[];
}

/** A resource provider, freed from the wire. Every handler may throw; see {@link ProviderError} and `PartialFailure`. */
export interface ProviderHandlers {
  /** The version the provider says it has, without a leading `v`. */
  version: string;
  /** `strip`: the engine keeps secrets secret by property name, as with providers that know of none. */
  secrets: SecretHandling;
  /** The provider's own configuration: one call for each provider instance. */
  configure?(configuration: { arguments: Properties; connection: string }): Promise<void>;
  check(request: CheckRequest): Promise<CheckResult>;
  diff(request: DiffRequest): Promise<DiffResult>;
  create(request: CreateRequest): Promise<CreateResult>;
  read(request: ReadRequest): Promise<ReadResult>;
  update(request: UpdateRequest): Promise<UpdateResult>;
  delete(request: DeleteRequest): Promise<void>;
  invoke(request: InvokeRequest): Promise<InvokeResult>;
  /** The user interrupted the engine: requests that are under way should end soon. */
  cancel?(): void;
}
