import type { Component } from "../definitions/definition";

/** Arguments as somebody writes them down: everything may be in it, right or wrong. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what is damaged fits no type any more.
export type Arguments = Record<string, any>;

/** One mistake that is made in arguments that are without one. */
export interface Damage {
  name: string;
  component: Component;
  /** Makes the mistake. */
  apply(args: Arguments): void;
  /** Where it is found; asked after `apply`. */
  path(args: Arguments): string;
  /** Where else it is found too, because it follows. */
  also?: (path: string) => boolean;
  /** The component's name, where that is the mistake. */
  componentName?: string;
  /** What must stand in no finding. */
  secret?: string;
}

/** A mistake in arguments that stand at several places: at a component of their own, or below a lab's. */
export interface Mistake {
  name: string;
  apply(args: Arguments): void;
  /** Below where the arguments stand. */
  path: Path | ((args: Arguments) => Path);
  also?: readonly string[];
  secret?: string;
}

export type Path = readonly (string | number)[];

/** How a path is written; the library has its own way to come to the same. */
export function written(path: Path): string {
  return path
    .map((part) => {
      if (typeof part === "number") return `[${part}]`;
      return /^[A-Za-z_]\w*$/.test(part) ? `.${part}` : `["${part.replace(/["\\]/g, "\\$&")}"]`;
    })
    .join("")
    .replace(/^\./, "");
}

/** A wrong value of one argument, for each of `values`. */
export function wrong(
  path: Path,
  values: readonly unknown[],
  more: Partial<Mistake> = {},
): Mistake[] {
  return values.map((value) => ({
    name: `${written(path)} is ${shown(value)}`,
    apply: (args) => put(args, path, value),
    path,
    ...more,
  }));
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

/** Sets the value at that path, and makes what it lies in where that is missing. */
export function put(args: Arguments, path: Path, value: unknown): void {
  const [first, ...rest] = path;
  if (rest.length === 0) args[first] = value;
  else put((args[first] ??= typeof rest[0] === "number" ? [] : {}), rest, value);
}

/** The mistake, made at a component whose arguments it is about. */
export function atComponent(component: Component, mistake: Mistake): Damage {
  return below(component, mistake, () => ({ path: [], args: undefined }));
}

/** The mistake, made in arguments that stand somewhere below a component's. `find` may add what is not there. */
export function below(
  component: Component,
  mistake: Mistake,
  find: (args: Arguments) => { path: Path; args: Arguments | undefined },
): Damage {
  const { name, secret, also } = mistake;
  const pathIn = (args: Arguments) => {
    const found = find(args);
    const inner = found.args ?? args;
    const path = typeof mistake.path === "function" ? mistake.path(inner) : mistake.path;
    return { found, path };
  };
  return {
    name: `${component}: ${name}`,
    component,
    apply: (args) => mistake.apply(find(args).args ?? args),
    path: (args) => {
      const { found, path } = pathIn(args);
      return written([...found.path, ...path]);
    },
    also: also && ((path) => also.some((allowed) => path.endsWith(allowed))),
    secret,
  };
}
