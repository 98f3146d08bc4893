import { at, type Finding } from "../../components/plan/findings";
import { elementsAt, textAt, valueAt, type Plain } from "../properties";

/** What is wrong with the text at these keys; nothing where there is none, or it is not known yet. */
export function ofText(
  value: Plain | undefined,
  path: string,
  keys: readonly string[],
  check: (path: string, text: string) => Finding[],
): Finding[] {
  const text = textAt(value, ...keys);
  return text === undefined ? [] : check(below(path, keys), text);
}

/** The same for a number. */
export function ofNumber(
  value: Plain | undefined,
  path: string,
  keys: readonly string[],
  check: (path: string, number: number) => Finding[],
): Finding[] {
  const number = valueAt(value, ...keys);
  return typeof number === "number" ? check(below(path, keys), number) : [];
}

/** The same for each known element of a list. */
export function ofEach(
  value: Plain | undefined,
  path: string,
  keys: readonly string[],
  check: (path: string, element: Plain, index: number) => Finding[],
): Finding[] {
  const here = below(path, keys);
  return elementsAt(value, ...keys).flatMap(([index, element]) =>
    check(at(here, index), element, index),
  );
}

export function below(path: string, keys: readonly string[]): string {
  return keys.reduce((here, key) => at(here, key), path);
}

/** The known texts of a field that has a singular and a plural form, each with its path. */
export function textsOfBoth(
  value: Plain | undefined,
  path: string,
  singular: string,
  plural: string,
): { path: string; text: string }[] {
  const one = textAt(value, singular);
  return [
    ...(one === undefined || one === "" ? [] : [{ path: at(path, singular), text: one }]),
    ...elementsAt(value, plural).flatMap(([index, element]) =>
      typeof element === "string" ? [{ path: at(at(path, plural), index), text: element }] : [],
    ),
  ];
}
