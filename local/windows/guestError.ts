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

export function invalidRequest(field: string, problem: string): GuestError {
  return new GuestError(
    "InvalidRequest",
    `The request's field ${field} ${problem}.`,
    "Send the request as the guest contract describes it.",
  );
}

const hints: Partial<Record<HresultName, string>> = {
  E_INVALIDARG: "Pass the exported identity byte for byte as PeerIdentityExport gave it.",
  ERROR_INVALID_PASSWORD:
    "Give the password that the identity was exported with, and the export unchanged: changed bytes look like a wrong password.",
  NTE_BAD_KEY_STATE:
    "The user's password was reset, which loses the protected keys: import the identity again.",
  PEER_E_NO_KEY_ACCESS:
    "Log on as the lab user with the password, not with an SSH key; where that is so, give the user back the rights on the key folder, %APPDATA%\\Microsoft\\Crypto.",
  PEER_E_NOT_LICENSED:
    "Use a Windows 10 or 11 client image: no server is documented to run peer identities and groups.",
  PEER_E_TOO_MANY_IDENTITIES: "Remove identities of this user that are no longer needed.",
};

/** The failure that a result of p2p.dll becomes. */
export function fromHresult(error: HresultError): GuestError {
  return new GuestError(
    error.hresult,
    `${error.call} failed with ${error.hresult}.`,
    hints[error.hresult] ?? "See the documentation of this result of p2p.dll.",
    error.hresult,
  );
}
