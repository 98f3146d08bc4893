/** What of a finding may be printed: a validation is handed secrets with their marks taken off, and a reason quotes values. */
import { received } from "../components/plan/findings";
import { textsOf, type Plain, type PlainObject } from "./properties";
import type { Resource, ResourceFinding } from "./resource";

const notShown = "(not shown)";

/** A text as `received` quotes it, whole or cut. */
const quoted = /"(?:[^"\\]|\\.)*(?:"|\.\.\.)/g;

const marks = new Map<string, ReadonlySet<string>>();

/** Remembers which paths of a resource are marked as secret. */
export function noteMarks(urn: string, paths: ReadonlySet<string>): void {
  marks.set(urn, paths);
}

/** Forgets the marks of a resource, as where no remediation saw it. */
export function forgetMarks(urn: string): void {
  marks.delete(urn);
}

/** Whether the path is one of `marked`, or below one. */
export function isBelow(path: string, marked: ReadonlySet<string>): boolean {
  if (marked.has(path)) return true;
  // A mark ends where a key or a place in a list begins.
  return [...path.matchAll(/[.[]/g)].some(({ index }) => marked.has(path.slice(0, index)));
}

/**
 * The finding without what is secret. `about` is the resource that it is about, `others` are those whose values it may quote
 * too. Secret is what is marked, and what a remote command is sent and connects with, marked or not; of a resource whose marks
 * nobody noted everything counts as secret.
 */
export function withoutSecrets<Finding extends ResourceFinding>(
  finding: Finding,
  about: Resource | undefined,
  others: readonly Resource[] = [],
): Finding {
  const secrets = new Set([...(about ? [about] : []), ...others].flatMap(secretValues));
  const isSecret = !about || isBelow(finding.path, secretPathsOf(about));
  let { reason } = finding;
  // The longest first: one secret may be a part of another.
  for (const secret of [...secrets].sort((a, b) => b.length - a.length)) {
    reason = reason.replaceAll(received(secret), notShown);
    const text = secret.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    reason = reason.replace(new RegExp(`(?<![A-Za-z0-9])${text}(?![A-Za-z0-9])`, "gi"), notShown);
  }
  if (isSecret) reason = reason.replace(quoted, notShown);
  return { ...finding, reason };
}

function secretPathsOf({ type, urn }: Resource): ReadonlySet<string> {
  const sent = type.startsWith("command:remote:") ? ["stdin", "connection"] : [];
  return new Set([...(marks.get(urn) ?? [""]), ...sent]);
}

/** Every secret text and number of a resource; of a request also what stands in it. */
function secretValues(resource: Resource): string[] {
  const paths = secretPathsOf(resource);
  return [...leavesOf(resource.properties)]
    .filter(({ path }) => paths.has("") || isBelow(path, paths))
    .flatMap(({ path, text }) => [text, ...(path === "stdin" ? requestValues(text) : [])])
    .filter((text) => text.trim() !== "");
}

function requestValues(stdin: string): string[] {
  try {
    return [...leavesOf(JSON.parse(stdin) as Plain)].map(({ text }) => text);
  } catch {
    return [];
  }
}

/** Texts as they are, and numbers as text. */
function leavesOf(value: Plain): { path: string; text: string }[] {
  return [...textsOf(numbersAsTexts(value))];
}

function numbersAsTexts(value: Plain | undefined): Plain {
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return value.map(numbersAsTexts);
  if (typeof value !== "object" || value === null) return value ?? null;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, numbersAsTexts(entry)]),
  ) as PlainObject;
}
