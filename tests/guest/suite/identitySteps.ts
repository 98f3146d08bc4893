import assert from "node:assert/strict";
import type { GuestAction } from "../../../guest/contract";
import { canary, type ActionStep, type ExpectedFailure, type Known, type Report } from "./subject";

/** What the cases on identities are made of. */

export const exportPassword = `${canary}-Export-1`;
export const scope = "peerlab:lab/dev/ada";
export const peerNamePattern = /^[0-9a-f]{40}\.ada$/;

export interface Exported {
  peerName: string;
  exportedIdentity: string;
}

/** Makes an identity and its export; later steps find both under `as`. */
export function exportStep(on: string, as = "ada", friendlyName = `${scope}#1`): ActionStep {
  return {
    on,
    action: "Export-PeerIdentity",
    request: { friendlyName, classifier: "ada", exportPassword },
    expect: { report: ({ peerName }) => assert.match(peerName, peerNamePattern) },
    keep: (report, known) => (known[as] = report),
  };
}

/** An identity with its export, as a request wants it. */
export function wanted(identity: Exported, changes: object = {}) {
  const { peerName, exportedIdentity } = identity;
  return { peerName, exportedIdentity, exportPassword, ...changes };
}

/** IdentityFacts of the contract: usable, in the session. */
export function facts(peerName: string, friendlyName: string, changes: object = {}) {
  return { peerName, friendlyName, usable: true, openedIn: "session", ...changes };
}

/** The identities on a machine, as `Get-PeerIdentity` lists them, without the credentials. */
export function listed(on: string, expected: (known: Known) => object[]): ActionStep {
  return {
    on,
    action: "Get-PeerIdentity",
    expect: {
      report: ({ identities }, known) => {
        const plain = identities.map(({ credential: _credential, ...rest }: Report) => rest);
        assert.deepEqual(plain, expected(known));
      },
    },
  };
}

export const holdsNothing = (on: string) => listed(on, () => []);

export function refused(
  on: string,
  action: GuestAction,
  request: ActionStep["request"],
  failure: ExpectedFailure | ((known: Known) => ExpectedFailure),
): ActionStep {
  return { on, action, ...(request ? { request } : {}), expect: { failure } };
}

/** As exports, credentials and invitations cross the contract. */
export function encode(text: string): string {
  return Buffer.from(text, "utf16le").toString("base64");
}
