import type { DeclareVerb } from "../context";

// Declared by the change that brings it.
export const map: DeclareVerb = () => {};
