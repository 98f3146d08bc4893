import { invalidRequest } from "../guestError";

/** Reads one value of a request or refuses it by the name of its field; never repeats a value, which may be secret. */
export type Shape<T> = (value: unknown, field: string) => T;

type Shaped<T> = T extends Shape<infer Value> ? Value : never;
type OptionalKeys<T> = { [K in keyof T]: undefined extends Shaped<T[K]> ? K : never }[keyof T];
type ObjectOf<T> = { [K in Exclude<keyof T, OptionalKeys<T>>]: Shaped<T[K]> } & {
  [K in OptionalKeys<T>]?: Shaped<T[K]>;
};

export function text(options: { pattern?: RegExp; allowed?: string } = {}): Shape<string> {
  const { pattern = /^[^\u0000]+$/, allowed = "a text that is not empty" } = options;
  return (value, field) => {
    if (typeof value !== "string" || !pattern.test(value)) {
      throw invalidRequest(field, `must be ${allowed}`);
    }
    return value;
  };
}

export function oneOf<T extends string | number>(...allowed: T[]): Shape<T> {
  return (value, field) => {
    if (!allowed.includes(value as T)) {
      throw invalidRequest(field, `must be one of ${allowed.join(", ")}`);
    }
    return value as T;
  };
}

export function trueOrFalse(): Shape<boolean> {
  return (value, field) => {
    if (typeof value !== "boolean") throw invalidRequest(field, "must be true or false");
    return value;
  };
}

export function wholeNumber(minimum: number, maximum: number): Shape<number> {
  return (value, field) => {
    if (!Number.isInteger(value) || Number(value) < minimum || Number(value) > maximum) {
      throw invalidRequest(field, `must be a whole number from ${minimum} to ${maximum}`);
    }
    return Number(value);
  };
}

export function list<T>(item: Shape<T>, minimum = 0): Shape<T[]> {
  return (value, field) => {
    if (!Array.isArray(value) || value.length < minimum) {
      throw invalidRequest(field, `must be a list of at least ${minimum}`);
    }
    return value.map((entry, index) => item(entry, `${field}[${index}]`));
  };
}

export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, field) => (value === undefined ? undefined : shape(value, field));
}

/** An object with exactly these properties. */
export function object<T extends Record<string, Shape<unknown>>>(
  properties: T,
): Shape<ObjectOf<T>> {
  return (value, field) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw invalidRequest(field || "(whole)", "must be an object");
    }
    const given = value as Record<string, unknown>;
    const path = (name: string) => (field ? `${field}.${name}` : name);
    for (const name of Object.keys(given)) {
      if (!(name in properties)) throw invalidRequest(path(name), "is not known");
    }
    const result: Record<string, unknown> = {};
    for (const [name, shape] of Object.entries(properties)) {
      const read = shape(given[name], path(name));
      if (read !== undefined) result[name] = read;
    }
    return result as ObjectOf<T>;
  };
}
