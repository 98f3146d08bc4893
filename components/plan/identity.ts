import { at, type Finding } from "./findings";
import {
  exportPasswordGiven,
  exportedIdentityForm,
  exportedIdentityGiven,
  identityMaker,
  identityRotation,
  personKey,
  reconcileMachines,
  reconcileTokenForm,
} from "./rules/identities";

export interface IdentityDefinition {
  /** The keys of the machines that hold the identity. */
  machines: string[];
  maker?: string;
  person?: string;
  rotation?: string;
  /** Whether an identity was brought, and its password with it. */
  hasExportedIdentity: boolean;
  hasExportPassword: boolean;
  /** The identity itself, where it is a plain value. */
  exportedIdentity?: string;
}

/** Puts machines right without a change of the definition. */
export interface ReconcileDefinition {
  token?: string;
  machines?: string[];
}

/** The classifier of the identities made here: the part of a peer name after the dot. */
export const identityClassifier = "PeerLab";

/** The first rotation of an identity. */
export const firstRotation = "1";

/** All that holds for an identity and those who hold it. */
export function checkIdentity(path: string, definition: IdentityDefinition): Finding[] {
  const { machines, maker, person, rotation, hasExportedIdentity, hasExportPassword } = definition;
  const { exportedIdentity } = definition;
  const brought = at(path, "exportedIdentity");
  return [
    ...(maker === undefined ? [] : identityMaker(at(path, "maker"), maker, machines)),
    ...(person === undefined ? [] : personKey(at(path, "person"), person)),
    ...(rotation === undefined ? [] : identityRotation(at(path, "rotation"), rotation)),
    ...exportPasswordGiven(at(path, "exportPassword"), hasExportedIdentity, hasExportPassword),
    ...exportedIdentityGiven(brought, hasExportedIdentity, hasExportPassword),
    ...(exportedIdentity === undefined ? [] : exportedIdentityForm(brought, exportedIdentity)),
  ];
}

/** `machines` are all there are. */
export function checkReconcile(
  path: string,
  { token, machines: named }: ReconcileDefinition,
  machines: readonly string[],
): Finding[] {
  return [
    ...reconcileTokenForm(at(path, "token"), token),
    ...reconcileMachines(at(path, "machines"), named ?? [], machines),
  ];
}

/** The token for a machine, where it is one of those that are to be put right. */
export function reconcileToken(
  reconcile: ReconcileDefinition | undefined,
  machine: string,
): string | undefined {
  if (!reconcile?.token) return undefined;
  return (reconcile.machines ?? [machine]).includes(machine) ? reconcile.token : undefined;
}

/** Who makes the identity: the machine that was named, else the first key in code-point order, whatever the order given. */
export function makerOf(
  definition: Pick<IdentityDefinition, "machines" | "maker">,
): string | undefined {
  return definition.maker ?? [...definition.machines].sort(codePoints)[0];
}

/** Order of keys that does not depend on the computer's language. */
export function codePoints(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Whose identity this is, among all labs a person may have: `peerlab:<project>/<stack>/<person key>`. */
export function identityScope(project: string, stack: string, person: string): string {
  return `peerlab:${project}/${stack}/${person}`;
}

/** By which an interrupted export finds what it had made. At most 255 characters, Windows' limit for a friendly name. */
export function identityFriendlyName(scope: string, rotation: string): string {
  return `${scope}#${rotation}`.slice(-255);
}
