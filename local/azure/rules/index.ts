/**
 * What Azure refuses although its types allow it, by area; every rule is found by the type it belongs to
 * (`resourceTypes`). docs/azure-rules.md says of each where it is said, and what is left out and why.
 */
export type { Grade, Rule } from "./rule";
export { judge } from "./rule";
