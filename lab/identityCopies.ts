import { codePoints } from "../components/plan/identity";
import type { Stack } from "./stack";

/** The key of the stack's configuration that says of which identity a copy was taken: peer name by person. */
export const identityCopiesKey = "identityCopies";

/** A person of the stack's lab and her identity. */
export interface PersonIdentity {
  person: string;
  /** Empty as long as she has none. */
  peerName: string;
  /** Whether a copy of this very identity is noted; one of an earlier rotation does not count. */
  copied: boolean;
}

/** The people of the stack's lab, in the order of their keys. Throws where the stack has no lab yet. */
export async function readIdentities(stack: Stack): Promise<PersonIdentity[]> {
  const people = (await stack.output("people")) as Record<string, { peerName: string }> | undefined;
  if (people === undefined) {
    throw new Error(
      `The stack ${stack.name} has no lab yet; pulumi up --stack ${stack.name} makes it.`,
    );
  }
  const noted = ((await stack.configuration(identityCopiesKey)) ?? {}) as Record<string, unknown>;
  return Object.entries(people)
    .map(([person, { peerName }]) => ({
      person,
      peerName,
      copied: peerName !== "" && noted[person] === peerName,
    }))
    .sort((one, other) => codePoints(one.person, other.person));
}

/** The person with her identity. Throws where there is no such person, or where she has no identity yet. */
export function identityOf(identities: readonly PersonIdentity[], person: string): PersonIdentity {
  const found = identities.find((identity) => identity.person === person);
  if (!found) {
    const known = identities.map((identity) => identity.person).join(", ");
    throw new Error(
      `There is no person ${JSON.stringify(person)} in this lab; there ${known ? `are: ${known}` : "is nobody"}.`,
    );
  }
  if (found.peerName === "") {
    throw new Error(`${person} has no identity yet: it is made with her first machine.`);
  }
  return found;
}

/** Notes in the stack's configuration that a copy of the identity was taken. Nothing of it is secret. */
export async function noteCopy(stack: Stack, { person, peerName }: PersonIdentity): Promise<void> {
  await stack.setConfiguration(`${identityCopiesKey}.${person}`, peerName);
}
