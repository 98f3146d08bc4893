import type { Journal } from "../../journal";
import type { Faults, WindowsMachines } from "../../interfaces";
import type { Properties } from "../../provider";
import type { AddressBook } from "../network/addressBook";
import type { AzureResource, ResourceStore } from "./store";

/** Everything a service of the stand-in works with. */
export interface Azure {
  subscription: string;
  store: ResourceStore;
  addresses: AddressBook;
  windows: WindowsMachines;
  journal: Journal;
  /** What the provider is logged on with: the one bearer token that Azure Resource Manager takes. Never stored. */
  token: string;
  faults: Faults;
  /** Waits that long, or until the requests under way are cancelled. */
  pause(milliseconds: number): Promise<void>;
  /** Ends every {@link pause}: the user interrupted the engine, or the stand-in closes. */
  cancel(): void;
}

/** A PUT that is to be judged and carried out. */
export interface PutRequest {
  /** The id with the spelling that is stored. */
  id: string;
  type: string;
  name: string;
  /** The body, secrets included, enum values in Azure's spelling. */
  properties: Properties;
  /** The body of the last PUT as the engine remembers it, secrets included; undefined for a creation. */
  oldProperties?: Properties;
  /** The resource as it is now. */
  existing?: AzureResource;
}
