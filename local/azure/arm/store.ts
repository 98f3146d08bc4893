import * as crypto from "node:crypto";
import * as path from "node:path";
import type { Properties, PropertyValue } from "../../provider";
import { openRecords, type Records } from "../../records";
import { idKey, parentId, parseId } from "./id";

export type ProvisioningState = "Creating" | "Updating" | "Succeeded" | "Failed";

/** A resource as the stand-in keeps it. Never holds a password or a protected parameter. */
export interface AzureResource {
  id: string;
  /** `Microsoft.Network/virtualNetworks`. */
  type: string;
  name: string;
  /** What was put, in azure-native's names: without path parameters, child resources and secrets. */
  properties: Properties;
  /** What Azure decided itself: instance ids, addresses, names of disks. */
  assigned: Properties;
  provisioningState: ProvisioningState;
  /** ISO time of the creation. */
  created: string;
  etag: string;
}

export type StoreListener = (
  before: AzureResource | undefined,
  after: AzureResource | undefined,
) => void;

/** All resources, with the look-ups that the services need; none of them walks over everything. */
export interface ResourceStore {
  get(id: string | undefined): AzureResource | undefined;
  /** Stores the resource with a new etag; returns when it is on disk, where the store has one. */
  put(resource: Omit<AzureResource, "etag">): AzureResource;
  remove(id: string): void;
  all(): AzureResource[];
  /** Resources whose id is directly below `id`: subnets of a network, everything of a resource group. */
  children(id: string): AzureResource[];
  /** Resources whose properties name `id`. */
  referrers(id: string): AzureResource[];
  ofType(type: string): AzureResource[];
  /** Calls the listener now for every resource, and later for every change. */
  listen(listener: StoreListener): void;
}

/** The resources kept in `directory`. */
export function openStore(directory: string): ResourceStore {
  return storeOver(openRecords<AzureResource>(path.join(directory, "resources")));
}

/** A store over records that are kept somehow. */
export function storeOver(records: Records<AzureResource>): ResourceStore {
  const children = new Index();
  const referrers = new Index();
  const types = new Index();
  const listeners: StoreListener[] = [];

  const index = (resource: AzureResource, change: "add" | "remove") => {
    const key = idKey(resource.id);
    const parent = parentId(resource.id);
    if (parent !== undefined) children[change](idKey(parent), key);
    types[change](resource.type.toLowerCase(), key);
    for (const reference of referencesOf(resource)) referrers[change](reference, key);
  };
  const replace = (before: AzureResource | undefined, after: AzureResource | undefined) => {
    if (before) index(before, "remove");
    if (after) index(after, "add");
    for (const listener of listeners) listener(before, after);
  };
  const found = (keys: string[]) => keys.map((key) => records.get(key) as AzureResource);

  for (const resource of records.values()) index(resource, "add");
  return {
    get: (id) => (id === undefined ? undefined : records.get(idKey(id))),
    put(resource) {
      const key = idKey(resource.id);
      const before = records.get(key);
      const stored = { ...resource, etag: `W/"${crypto.randomUUID()}"` };
      records.set(key, stored);
      replace(before, stored);
      return stored;
    },
    remove(id) {
      const before = records.get(idKey(id));
      if (!before) return;
      records.delete(idKey(id));
      replace(before, undefined);
    },
    all: () => records.values(),
    children: (id) => found(children.get(idKey(id))),
    referrers: (id) => found(referrers.get(idKey(id))),
    ofType: (type) => found(types.get(type.toLowerCase())),
    listen(listener) {
      for (const resource of records.values()) listener(undefined, resource);
      listeners.push(listener);
    },
  };
}

/** A GUID that stays the same as long as the resource lives, and is new when it is made again. */
export function resourceGuid({ id, created }: Pick<AzureResource, "id" | "created">): string {
  const hash = crypto
    .createHash("sha256")
    .update(`${idKey(id)} ${created}`)
    .digest("hex");
  const parts = [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20)];
  return [...parts, hash.slice(20, 32)].join("-");
}

/** Keys of resources by another key. */
class Index {
  private readonly entries = new Map<string, Set<string>>();

  get(key: string): string[] {
    return [...(this.entries.get(key) ?? [])];
  }

  add(key: string, member: string): void {
    const members = this.entries.get(key) ?? new Set();
    this.entries.set(key, members.add(member));
  }

  remove(key: string, member: string): void {
    const members = this.entries.get(key);
    members?.delete(member);
    if (members?.size === 0) this.entries.delete(key);
  }
}

/** Every resource id that stands as a value in the resource's properties, other than its own. */
function referencesOf(resource: AzureResource): Set<string> {
  const own = idKey(resource.id);
  const references = new Set<string>();
  const visit = (value: PropertyValue): void => {
    if (typeof value === "string") {
      if (value.startsWith("/") && parseId(value) && idKey(value) !== own) {
        references.add(idKey(value));
      }
    } else if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(visit);
  };
  visit(resource.properties);
  visit(resource.assigned);
  return references;
}
