import { GuestError, invalidRequest } from "../guestError";

/** Reads one value of a request or refuses it by the path of its field; never repeats a value, which may be secret. */
export type Shape<T> = (value: unknown, field: string) => T;

type Shaped<T> = T extends Shape<infer Value> ? Value : never;
type OptionalKeys<T> = { [K in keyof T]: undefined extends Shaped<T[K]> ? K : never }[keyof T];
type ObjectOf<T> = { [K in Exclude<keyof T, OptionalKeys<T>>]: Shaped<T[K]> } & {
  [K in OptionalKeys<T>]?: Shaped<T[K]>;
};

export interface TextForm {
  pattern?: RegExp;
  /** The pattern in words. */
  allowed?: string;
}

export function text(form: TextForm = {}): Shape<string> {
  const { pattern = /^[^\u0000]+$/, allowed = "a text that is not empty" } = form;
  return (value, field) => {
    if (typeof value !== "string" || !pattern.test(value)) {
      throw invalidRequest(field, value, allowed);
    }
    return value;
  };
}

/** A text of so many characters, any but the zero. */
export function textOfLength(minimum: number, maximum: number): Shape<string> {
  return text({
    pattern: new RegExp(`^[^\\u0000]{${minimum},${maximum}}$`),
    allowed: `${minimum} to ${maximum} characters`,
  });
}

/** One of a few texts, in words or as they stand: `TCP or UDP`. */
export function oneOf<T extends string | number>(...allowed: T[]): Shape<T> {
  const last = String(allowed.at(-1));
  const others = allowed.slice(0, -1).join(", ");
  const words = others === "" ? last : `${others} or ${last}`;
  return (value, field) => {
    if (!allowed.includes(value as T)) throw invalidRequest(field, value, words);
    return value as T;
  };
}

/** A moment in ISO 8601 and UTC, which there has to be in the calendar. */
export const time: Shape<string> = (value, field) => {
  const written = typeof value === "string" ? /^(.{19})(\.\d{1,7})?Z$/.exec(value)?.[1] : undefined;
  const parsed = new Date(`${written ?? ""}Z`);
  const isReal = !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(written!);
  if (!isReal) throw invalidRequest(field, value, "a time as 2030-01-31T12:00:00Z");
  return value as string;
};

export function trueOrFalse(): Shape<boolean> {
  return (value, field) => {
    if (typeof value !== "boolean") throw invalidRequest(field, value, "true or false");
    return value;
  };
}

export function wholeNumber(minimum: number, maximum: number): Shape<number> {
  return (value, field) => {
    const isWhole = typeof value === "number" && Number.isInteger(value);
    if (!isWhole || value < minimum || value > maximum) {
      throw invalidRequest(field, value, `a whole number from ${minimum} to ${maximum}`);
    }
    return value;
  };
}

/** Whole numbers of a range, each there once. */
export function wholeNumbers(
  minimumCount: number,
  minimum: number,
  maximum: number,
): Shape<number[]> {
  const item = wholeNumber(minimum, maximum);
  const allowed = `a whole number from ${minimum} to ${maximum}, once`;
  return (value, field) => {
    const seen = new Set<unknown>();
    return list((entry, path) => {
      if (typeof entry !== "number" || seen.has(entry)) throw invalidRequest(path, entry, allowed);
      seen.add(entry);
      try {
        return item(entry, path);
      } catch {
        throw invalidRequest(path, entry, allowed);
      }
    }, minimumCount)(value, field);
  };
}

export function list<T>(item: Shape<T>, minimum = 0): Shape<T[]> {
  return (value, field) => {
    if (!Array.isArray(value) || value.length < minimum) {
      const allowed = minimum === 0 ? "a list" : `a list of at least ${minimum}`;
      throw invalidRequest(field, value, allowed);
    }
    return value.map((entry, index) => item(entry, `${field}[${index}]`));
  };
}

/** A list in which nothing comes twice by its key; what does is refused at the field `member`. */
export function eachOnce<T>(
  items: Shape<T[]>,
  keyOf: (item: T) => string,
  member: keyof T & string,
  allowed: string,
): Shape<T[]> {
  return (value, field) => {
    const read = items(value, field);
    const keys = read.map(keyOf);
    const twice = keys.findIndex((key, index) => keys.indexOf(key) !== index);
    if (twice !== -1)
      throw invalidRequest(`${field}[${twice}].${member}`, read[twice]![member], allowed);
    return read;
  };
}

/** What is absent may also be null. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, field) =>
    value === undefined || value === null ? undefined : shape(value, field);
}

/** An object with exactly these properties. */
export function object<T extends Record<string, Shape<unknown>>>(
  properties: T,
): Shape<ObjectOf<T>> {
  return (value, field) => {
    const place = field || "request";
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw invalidRequest(place, value, "an object");
    }
    const given = value as Record<string, unknown>;
    for (const name of Object.keys(given)) {
      if (Object.hasOwn(properties, name)) continue;
      throw new GuestError(
        "InvalidRequest",
        `${place}: unknown field ${name}.`,
        `Allowed are: ${Object.keys(properties).join(", ")}.`,
      );
    }
    const result: Record<string, unknown> = {};
    for (const [name, shape] of Object.entries(properties)) {
      const read = shape(given[name], field ? `${field}.${name}` : name);
      if (read !== undefined) result[name] = read;
    }
    return result as ObjectOf<T>;
  };
}
