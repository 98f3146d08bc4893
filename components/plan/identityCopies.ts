import { codePoints } from "./identity";

/** People as a lab reports them, by key. */
export type ReportedPeople = Readonly<
  Record<string, { readonly peerName: string; readonly sharing?: string }>
>;

/** Whether she has an identity that the stack keeps; the machines of a group have theirs for themselves. */
function isKept({ peerName, sharing }: ReportedPeople[string]): boolean {
  return peerName !== "" && sharing !== "group";
}

/** Of which identities a copy was taken out of the stack: peer name by person. */
export type IdentityCopies = Readonly<Record<string, string>>;

/** The people who have an identity of which no copy was taken; a copy of an earlier rotation does not count. */
export function identitiesWithoutCopy(people: ReportedPeople, copies: IdentityCopies): string[] {
  return Object.entries(people)
    .filter(([person, known]) => isKept(known) && copies[person] !== known.peerName)
    .map(([person]) => person)
    .sort(codePoints);
}

/**
 * What to say of each person who was in the lab with an identity and is no longer in its definition, or has a group instead.
 * Only a copy can bring her back under the same peer name. `defined` are those who share an identity now.
 */
export function removedIdentities(
  before: ReportedPeople,
  defined: readonly string[],
  copies: IdentityCopies,
): { person: string; peerName: string; copied: boolean }[] {
  return Object.entries(before)
    .filter(([person, known]) => isKept(known) && !defined.includes(person))
    .map(([person, { peerName }]) => ({ person, peerName, copied: copies[person] === peerName }))
    .sort((one, other) => codePoints(one.person, other.person));
}
