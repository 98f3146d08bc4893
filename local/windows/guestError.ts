import type { GuestFailure, guestFailureCodes } from "../../guest/contract";
import { formatHresult, type HresultError, type HresultName } from "./hresult";

/** A failure of an action or of the preparation, in the words of the guest contract. */
export class GuestError extends Error {
  constructor(
    readonly code: (typeof guestFailureCodes)[number] | HresultName,
    message: string,
    readonly hint: string,
    readonly hresult?: HresultName,
  ) {
    super(message);
    this.name = "GuestError";
  }

  toFailure(): GuestFailure {
    return {
      code: this.code,
      ...(this.hresult ? { hresult: formatHresult(this.hresult) } : {}),
      message: this.message,
      hint: this.hint,
    };
  }
}

/** Refuses one field: names the kind of what was received, never its content, which may be a secret. */
export function invalidRequest(field: string, value: unknown, allowed: string): GuestError {
  return new GuestError(
    "InvalidRequest",
    `${field}: expected ${allowed}, received ${kindOf(value)}.`,
    "Send the request in the form of the contract.",
  );
}

/** The kind of a value in words: a text of 3 characters, a list of 2, an object. */
function kindOf(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string") return `a text of ${value.length} characters`;
  if (typeof value === "boolean") return "true or false";
  if (typeof value === "number") return "a number";
  return Array.isArray(value) ? `a list of ${value.length}` : "an object";
}

const hints: Partial<Record<HresultName, string>> = {
  E_ACCESSDENIED: "Run as the lab user; guests and users without a profile are refused.",
  E_INVALIDARG:
    "The exported identity or its password is not what was exported: pass it on byte for byte.",
  ERROR_INVALID_PASSWORD:
    "Give the password that the identity was exported under, and the export unchanged: changed bytes look like a wrong password.",
  ERROR_SERVICE_DEPENDENCY_FAIL: "Start the service PNRPsvc: grouping depends on it.",
  NTE_BAD_KEY_STATE:
    "The user's data protection key cannot be opened: log on with the lab user's password, or import the identity again.",
  PEER_E_CANNOT_START_SERVICE:
    "Start pnrpsvc, p2pimsvc and p2psvc and read the source Microsoft-Windows-PNRPSvc in the System log.",
  PEER_E_CERT_STORE_CORRUPTED:
    "Run this with reconcile, or delete %APPDATA%\\PeerNetworking\\idstore.sst of this user: its identities are lost, and are imported again.",
  PEER_E_GROUPS_EXIST: "Delete the identity's groups first.",
  PEER_E_IPV6_NOT_INSTALLED:
    "Install and start IPv6 on this machine; restart it if the change is still pending.",
  PEER_E_NO_KEY_ACCESS:
    "Log on with the lab user's password, not with a key, and let the profile load, or give userPassword in the request; where that is so, give the user back the rights on the key folder, %APPDATA%\\Microsoft\\Crypto.",
  PEER_E_NOT_LICENSED:
    "This edition of Windows does not carry the peer stack: use a client image such as Windows 11.",
  PEER_E_SERVICE_NOT_AVAILABLE:
    "Start the service PNRPsvc and read the source Microsoft-Windows-PNRPSvc in the System log.",
  PEER_E_TOO_MANY_IDENTITIES: "Delete identities of this user that are no longer used.",
};

/** What to do about a result of p2p.dll, one sentence. */
export function hintOf(hresult: HresultName): string {
  return hints[hresult] ?? "Look the code up among the peer networking return codes of Windows.";
}

/** The failure that a result of p2p.dll becomes. */
export function fromHresult(error: HresultError): GuestError {
  return new GuestError(
    error.hresult,
    `${error.call} answered ${error.hresult} (${formatHresult(error.hresult)}).`,
    hintOf(error.hresult),
    error.hresult,
  );
}
