/** `refused`: nothing is made. `warning`: it is said, and is made. */
export type Severity = "refused" | "warning";

/** One thing that is wrong with a definition. */
export interface Finding {
  /** Where: the exact path of the argument, `people.ada.machines["ada-1"].image`. */
  path: string;
  /** What is wrong, the value received (never a secret), and what is allowed. */
  reason: string;
  /** Id of the rule that found it: `WIN-COMPUTERNAME`. */
  rule: string;
  /** Where the rule is said. */
  source: string;
  /** `refused` where nothing else is said. */
  severity?: Severity;
}

/** Whether nothing is made because of it. */
export function isRefusal({ severity }: Finding): boolean {
  return severity !== "warning";
}

/** The path of `key` below `path`: `a.b` for plain names, `a["b-1"]` for others, `a[0]` for positions. */
export function at(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** A received value as it is quoted in a finding. Never call it with a secret; a private key in the wrong place is not shown. */
export function received(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  const text = JSON.stringify(value);
  if (text === undefined) return String(value);
  if (/PRIVATE KEY/i.test(text)) return "(not shown)";
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** Whether a path says that what stands there is secret: the value of a password, say, that ended up below another key. */
export function isSecretPath(path: string): boolean {
  return /password|identity|privatekey|jump_?host/i.test(path);
}

/** Words as a list a person reads: `a, b or c`. */
export function oneOf(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} or ${words[words.length - 1]}`;
}
