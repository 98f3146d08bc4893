import * as pulumi from "@pulumi/pulumi";
import { lastOutputs } from "./lastOutputs";
import { together } from "./outputs";

/** A made identity with the rotation that it was made for, as it goes into the stack's state. Secret. */
export interface RememberedIdentity {
  rotation: string;
  peerName: string;
  exportedIdentity: string;
  exportPassword: string;
  friendlyName: string;
}

interface Remembered {
  identities: RememberedIdentity[];
}

/** The identity in use and the one before it: whoever takes a rotation back has the same peer name as before. */
const remembered = 2;

/** The identities of a person that were made for her last rotations, the latest first. */
export class FormerIdentities extends pulumi.ComponentResource {
  private readonly known: pulumi.Output<RememberedIdentity[]>;

  constructor(name: string, parent: { parent: pulumi.Resource }) {
    // Without inputs, so that the next update can read what this one gives.
    super("peerlab:index:FormerIdentities", name, {}, parent);
    this.known = pulumi.secret(
      lastOutputs<Remembered>(this).apply((last) => last?.identities ?? []),
    );
  }

  /** The one that was made for this rotation; undefined where it is not remembered. Secret. */
  public of(rotation: pulumi.Output<string>): pulumi.Output<RememberedIdentity | undefined> {
    return together([this.known, rotation]).apply(([known, wanted]) =>
      known.find((identity) => identity.rotation === wanted),
    );
  }

  /** Notes what is in use now. One that is not made yet, or was brought, changes nothing. */
  public keep(inUse: pulumi.Output<RememberedIdentity | undefined>): void {
    const identities = together([this.known, inUse]).apply(([known, latest]) => {
      if (!latest || latest.peerName === "") return known;
      const others = known.filter(({ rotation }) => rotation !== latest.rotation);
      return [latest, ...others].slice(0, remembered);
    });
    this.registerOutputs({ identities: pulumi.secret(identities) });
  }
}
