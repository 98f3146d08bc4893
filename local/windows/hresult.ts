/**
 * The results of p2p.dll and of the key store that the machines can give, by Windows' own names.
 *
 * Values from "COM Error Codes (FACILITY_P2P)" and the SDK's winerror.h. `PEER_E_IDENTITY_NOT_FOUND` stands there as
 * 0x80630401; the return code page of the peer SDK gives 0x80630501, which belongs to another error.
 */
export const hresults = {
  S_OK: 0x00000000,
  E_INVALIDARG: 0x80070057,
  E_ACCESSDENIED: 0x80070005,
  /** HRESULT_FROM_WIN32(ERROR_INVALID_PASSWORD): what PFXImportCertStore says to a wrong password. */
  ERROR_INVALID_PASSWORD: 0x80070056,
  /** What PeerGroupStartup answers while PNRPsvc does not run. */
  ERROR_SERVICE_DEPENDENCY_FAIL: 0x8007042c,
  /** What the task scheduler answers where a policy forbids stored passwords. */
  ERROR_NO_SUCH_LOGON_SESSION: 0x80070520,
  /** What a task ends with whose user may not log on as a batch job. */
  ERROR_LOGON_TYPE_NOT_GRANTED: 0x80070569,
  /** What the task scheduler answers to a password that is not the user's. */
  ERROR_LOGON_FAILURE: 0x8007052e,
  /** HRESULT_FROM_WIN32(ERROR_ACCOUNT_LOCKED_OUT). */
  ERROR_ACCOUNT_LOCKED_OUT: 0x80070775,
  /** HRESULT_FROM_WIN32(NERR_PasswordTooShort): what NetUserChangePassword says to any breach of the password policy. */
  NERR_PasswordTooShort: 0x800708c5,
  NTE_BAD_KEY_STATE: 0x8009000b,
  NTE_PERM: 0x80090010,
  PEER_E_ALREADY_EXISTS: 0x800700b7,
  PEER_E_NOT_FOUND: 0x80070490,
  PEER_E_INVALID_IDENTITY: 0x80072cef,
  PEER_E_DUPLICATE_PEER_NAME: 0x80072cf4,
  PEER_E_IPV6_NOT_INSTALLED: 0x80630001,
  PEER_E_CANNOT_START_SERVICE: 0x80630003,
  PEER_E_NOT_LICENSED: 0x80630004,
  PEER_E_CLASSIFIER_TOO_LONG: 0x80630201,
  PEER_E_TOO_MANY_IDENTITIES: 0x80630202,
  PEER_E_NO_KEY_ACCESS: 0x80630203,
  PEER_E_GROUPS_EXIST: 0x80630204,
  PEER_E_IDENTITY_NOT_FOUND: 0x80630401,
  PEER_E_INVITATION_NOT_TRUSTED: 0x80630701,
  PEER_E_CHAIN_TOO_LONG: 0x80630703,
  PEER_E_INVALID_TIME_PERIOD: 0x80630705,
  PEER_E_CERT_STORE_CORRUPTED: 0x80630801,
  PEER_E_NO_CLOUD: 0x80631001,
  PEER_E_NOT_AUTHORIZED: 0x80632020,
  PEER_E_INVALID_PEER_NAME: 0x80632050,
  PEER_E_INVALID_CLASSIFIER: 0x80632060,
  PEER_E_INVALID_FRIENDLY_NAME: 0x80632070,
  PEER_E_INVALID_CREDENTIAL: 0x80632082,
  PEER_E_GROUP_NOT_READY: 0x80632091,
  PEER_E_SERVICE_NOT_AVAILABLE: 0x806320a1,
} as const;

export type HresultName = keyof typeof hresults;

/** `0x80630203`, as Windows prints it. */
export function formatHresult(name: HresultName): string {
  return `0x${hresults[name].toString(16).padStart(8, "0").toUpperCase()}`;
}

/** A call that returned a failing HRESULT. */
export class HresultError extends Error {
  constructor(
    readonly hresult: HresultName,
    /** The function that failed, for the message: `PeerIdentityImport`. */
    readonly call: string,
  ) {
    super(`${call} returned ${hresult} (${formatHresult(hresult)})`);
    this.name = "HresultError";
  }
}
