import { at, oneOf, received, type Finding } from "./findings";

export interface IdentityDefinition {
  /** The keys of the machines that hold the identity. */
  machines: string[];
  maker?: string;
  person?: string;
  rotation?: string;
  /** Whether an identity was brought, and its password with it. */
  hasExportedIdentity: boolean;
  hasExportPassword: boolean;
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

export function checkIdentity(path: string, definition: IdentityDefinition): Finding[] {
  const findings: Finding[] = [];
  const { machines, maker, person, rotation, hasExportedIdentity, hasExportPassword } = definition;
  if (maker !== undefined && !machines.includes(maker)) {
    const allowed =
      machines.length === 0 ? "there is no machine" : `allowed are ${oneOf(machines)}`;
    findings.push({
      path: at(path, "maker"),
      reason: `is ${received(maker)}, which is no machine; ${allowed}`,
    });
  }
  if (person !== undefined) findings.push(...checkKey(at(path, "person"), person));
  if (rotation !== undefined && !/^[A-Za-z0-9._-]{1,40}$/.test(rotation)) {
    findings.push({
      path: at(path, "rotation"),
      reason: `is ${received(rotation)}; it is up to 40 letters, digits, dots, hyphens and underscores`,
    });
  }
  if (hasExportedIdentity && !hasExportPassword) {
    findings.push({
      path: at(path, "exportPassword"),
      reason:
        "is missing; exportedIdentity cannot be read without the password it was exported under",
    });
  }
  if (hasExportPassword && !hasExportedIdentity) {
    findings.push({
      path: at(path, "exportedIdentity"),
      reason: "is missing; exportPassword is for an identity that is brought",
    });
  }
  return findings;
}

/** `machines` are all there are. */
export function checkReconcile(
  path: string,
  { token, machines: named }: ReconcileDefinition,
  machines: readonly string[],
): Finding[] {
  const findings: Finding[] = [];
  if (token === undefined || !/^[\x20-\x7e]{1,64}$/.test(token)) {
    const shown = token === undefined ? "is missing" : `is ${received(token)}`;
    findings.push({
      path: at(path, "token"),
      reason: `${shown}; it is 1 to 64 characters of ASCII, such as a date, and another one each time`,
    });
  }
  (named ?? []).forEach((key, index) => {
    if (machines.includes(key)) return;
    findings.push({
      path: at(at(path, "machines"), index),
      reason: `is ${received(key)}, which is no machine; allowed are ${oneOf([...machines].sort(codePoints))}`,
    });
  });
  return findings;
}

/** The token for a machine, where it is one of those that are to be put right. */
export function reconcileToken(
  reconcile: ReconcileDefinition | undefined,
  machine: string,
): string | undefined {
  if (!reconcile?.token) return undefined;
  return (reconcile.machines ?? [machine]).includes(machine) ? reconcile.token : undefined;
}

/** Keys of people: they end up in friendly names and in resource names. */
export function checkKey(path: string, key: string): Finding[] {
  if (/^[a-z][a-z0-9-]{0,30}$/.test(key)) return [];
  return [
    {
      path,
      reason: `is the key ${received(key)}; a key is a lower-case letter followed by up to 30 lower-case letters, digits and hyphens`,
    },
  ];
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
