/** Keeps values of the environment out of what is said. Pure. */
import type { RolloutDefinition } from "./definition";
import type { RolloutEvent } from "./progress";

/** Names of variables whose values are secrets by all experience. */
const secretName = /SECRET|PASSWORD|PASSPHRASE|TOKEN|CREDENTIAL|PRIVATE|_KEY$|_KEYS$/i;

/** The rollout's own, which is a name. */
const noSecrets = ["PEERLAB_PROOF_TOKEN"];

/** Below this length a value would be found everywhere, and would be none to keep. */
const leastLength = 6;

/**
 * A function that puts `[NAME]` in the place of each value of these variables of the caller: all that a stage's mapping names, since
 * credentials are what mappings are for, those whose names say that they are secret, and what is secret in others that are JSON.
 */
export function masking(
  { stages }: RolloutDefinition,
  environment: Readonly<Record<string, string | undefined>>,
): (text: string) => string {
  const mapped = new Set(
    Object.values(stages).flatMap((stage) => Object.values(stage.environment)),
  );
  const values = Object.entries(environment)
    .filter(([name]) => !noSecrets.includes(name))
    .flatMap(([name, value = ""]) =>
      [
        ...(mapped.has(name) || secretName.test(name) ? partsOfUrl(value).concat(value) : []),
        ...partsOfJson(value),
      ]
        .flatMap(written)
        .map((part) => [name, part] as const),
    )
    .filter(([, value]) => value.length >= leastLength)
    // The longest first: a value may be part of another one.
    .sort(([, one], [, other]) => other.length - one.length);
  return (text) =>
    values.reduce((masked, [name, value]) => masked.replaceAll(value, `[${name}]`), text);
}

/** The event with its free texts masked; names of stages and rings, and words of ours, are what they are. */
export function maskedEvent(event: RolloutEvent, mask: (text: string) => string): RolloutEvent {
  switch (event.kind) {
    case "stage":
    case "ring":
      return event.detail === undefined ? event : { ...event, detail: mask(event.detail) };
    case "finding":
      return { ...event, finding: { ...event.finding, message: mask(event.finding.message) } };
    case "status":
      return { ...event, status: { ...event.status, changed: event.status.changed.map(mask) } };
    case "drift":
      return { ...event, drift: { ...event.drift, details: event.drift.details.map(mask) } };
    default:
      return event;
  }
}

/** A value, each of its lines where it has several (a private key), and how they stand in a URL and in JSON. */
function written(value: string): string[] {
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  const all = [value, ...lines].flatMap((part) => [
    part,
    encodeURIComponent(part),
    JSON.stringify(part).slice(1, -1),
  ]);
  return [...new Set(all)];
}

/** What is secret in a URL: backends have such. */
function partsOfUrl(value: string): string[] {
  if (!URL.canParse(value)) return [];
  const { password, searchParams } = new URL(value);
  return [password, decodeURIComponent(password), ...searchParams.values()];
}

/** What is secret in a JSON object by the names of its keys: a jump host is such. */
function partsOfJson(value: string): string[] {
  if (!value.trimStart().startsWith("{")) return [];
  try {
    return Object.entries(JSON.parse(value) as object)
      .filter(([key, part]) => secretName.test(key) && typeof part === "string")
      .map(([, part]) => part as string);
  } catch {
    return [];
  }
}
