import { guestDirectory, type GuestAction } from "../guest/contract";
import { isObject, textAt, type PlainObject } from "./properties";
import type { Resource } from "./resource";

/** A command that runs an action of the guest files on a machine. */
export interface GuestCommand {
  action: GuestAction;
  /** What is sent; undefined where it is not known yet, or cannot be read. It holds secrets. */
  request: PlainObject | undefined;
}

export const remoteCommand = "command:remote:Command";
export const remoteCopy = "command:remote:CopyToRemote";

const entry = new RegExp(
  `${guestDirectory.replaceAll("/", "[/\\\\]+")}[/\\\\]+peerlab\\.ps1["']?\\s+([A-Za-z]+-[A-Za-z]+)`,
  "i",
);

/** The guest command that a resource is; undefined for every other resource. */
export function guestCommandOf({ type, properties }: Resource): GuestCommand | undefined {
  if (type !== remoteCommand) return undefined;
  const action = entry.exec(textAt(properties, "create") ?? "")?.[1];
  if (action === undefined) return undefined;
  return { action: action as GuestAction, request: requestOf(textAt(properties, "stdin")) };
}

function requestOf(stdin: string | undefined): PlainObject | undefined {
  if (stdin === undefined) return undefined;
  try {
    const request = JSON.parse(stdin) as PlainObject;
    return isObject(request) ? request : undefined;
  } catch {
    return undefined;
  }
}
