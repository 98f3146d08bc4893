/** What is otherwise in one value than in another, in words. Pure. */

/** What Azure writes anew by itself, whoever changed what. */
const bookkeeping = ["etag", "provisioningState"];

const longestValue = 100;

/**
 * Each place that differs, with what it was and is: `securityRules[web].access: was "Allow", is "Deny"`. Lists whose elements all have
 * a name are compared by it, so that one that comes first is not a difference of all others. A secret is never shown, and neither
 * is what it became.
 */
export function differences(was: unknown, is: unknown, path = ""): string[] {
  if (isSecret(was) || isSecret(is)) {
    return JSON.stringify(was) === JSON.stringify(is) ? [] : [`${path}: a secret is another`];
  }
  const lists = named(was) && named(is);
  if (lists || (isObject(was) && isObject(is))) {
    const [before, now] = lists
      ? [byName(was as Named[]), byName(is as Named[])]
      : [was as object, is as object];
    const entries = (value: object) => new Map<string, unknown>(Object.entries(value));
    const [one, other] = [entries(before), entries(now)];
    return [...new Set([...one.keys(), ...other.keys()])]
      .filter((key) => lists || !bookkeeping.includes(key))
      .flatMap((key) => {
        const place = lists ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
        return differences(one.get(key), other.get(key), place);
      });
  }
  if (Array.isArray(was) && Array.isArray(is) && was.length === is.length) {
    return was.flatMap((entry, index) => differences(entry, is[index], `${path}[${index}]`));
  }
  if (isNothing(was) && isNothing(is)) return [];
  if (JSON.stringify(was) === JSON.stringify(is)) return [];
  return [`${path}: was ${shown(was)}, is ${shown(is)}`];
}

interface Named {
  name: string;
}

function named(value: unknown): value is Named[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  const names = value.map((entry) => (isObject(entry) ? (entry as Named).name : undefined));
  return names.every((name) => typeof name === "string") && new Set(names).size === names.length;
}

function byName(list: readonly Named[]): Record<string, unknown> {
  return Object.fromEntries(list.map((entry) => [entry.name, entry]));
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Azure leaves out what is empty, or says that it is. */
function isNothing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** The engine's mark of secrets, and what it puts in their place in its events. */
const secretMark = "4dabf18193072939515e22adb298388d";

function isSecret(value: unknown): boolean {
  return value === "[secret]" || (isObject(value) && secretMark in value);
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return "not there";
  const text = JSON.stringify(withoutSecrets(value));
  return text.length > longestValue ? `${text.slice(0, longestValue)}...` : text;
}

function withoutSecrets(value: unknown): unknown {
  if (isSecret(value)) return "[secret]";
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, withoutSecrets(entry)]),
  );
}
