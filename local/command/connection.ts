import type { CheckFailure, Properties, PropertyValue } from "../provider";
import { isObject, Secret, Unknown, withoutSecrets } from "../provider";

/** How to log on to one SSH host, with the provider's defaults applied. */
export interface Endpoint {
  host: string;
  port: number;
  user: string;
  password?: string;
  privateKey?: string;
  privateKeyPassword?: string;
  /** In `authorized_keys` form; absent: any host key will do. */
  hostKey?: string;
  /** How many failed dials are followed by another one; -1: endlessly. */
  dialErrorLimit: number;
  /** Seconds for opening one TCP connection; 0: no limit. */
  perDialTimeout: number;
}

export interface Connection extends Endpoint {
  proxy?: Endpoint;
}

type FieldType = "string" | "number" | "integer";

const endpointFields: { [name: string]: FieldType } = {
  user: "string",
  password: "string",
  host: "string",
  port: "number",
  privateKey: "string",
  privateKeyPassword: "string",
  agentSocketPath: "string",
  dialErrorLimit: "integer",
  perDialTimeout: "integer",
  hostKey: "string",
};

const defaults: Properties = { user: "root", port: 22, dialErrorLimit: 10, perDialTimeout: 15 };

const secretFields = ["password", "privateKey", "privateKeyPassword"];

/** The connection with defaults, its credentials and itself secret; failures are added to the list. */
export function checkConnection(
  given: PropertyValue | undefined,
  failures: CheckFailure[],
): PropertyValue {
  const plain = given instanceof Secret ? given.value : given;
  if (plain === Unknown) return new Secret(Unknown);
  if (!isObject(plain)) {
    failures.push({ property: "connection", reason: "Missing required field 'connection'" });
    return null;
  }
  const { proxy, ...endpoint } = plain;
  const checked = checkEndpoint(endpoint, "connection", failures);
  const plainProxy = proxy instanceof Secret ? proxy.value : proxy;
  if (isObject(plainProxy)) {
    checked.proxy = checkEndpoint(plainProxy, "connection.proxy", failures);
  } else if (plainProxy === Unknown) checked.proxy = Unknown;
  else if (plainProxy !== undefined && plainProxy !== null) {
    failures.push({ property: "connection.proxy", reason: "must be an object" });
  }
  return new Secret(checked);
}

function checkEndpoint(given: Properties, path: string, failures: CheckFailure[]): Properties {
  const checked: Properties = { ...defaults };
  for (const [name, value] of Object.entries(given)) {
    if (value === null) continue;
    const type = endpointFields[name];
    const plain = value instanceof Secret ? value.value : value;
    if (!type) failures.push({ property: `${path}.${name}`, reason: "Unrecognized field" });
    else if (plain !== Unknown && !isOfType(plain, type)) {
      failures.push({ property: `${path}.${name}`, reason: `must be of type ${type}` });
    }
    const isSecret = value instanceof Secret || secretFields.includes(name);
    checked[name] = isSecret ? new Secret(plain) : value;
  }
  if (checked.host === undefined) {
    failures.push({ property: `${path}.host`, reason: "Missing required field 'host'" });
  }
  return checked;
}

function isOfType(value: PropertyValue, type: FieldType): boolean {
  return type === "integer" ? Number.isInteger(value) : typeof value === type;
}

/** The connection of checked inputs. */
export function readConnection(value: PropertyValue | undefined): Connection {
  return withoutSecrets(value ?? null) as unknown as Connection;
}
