/** Rings of a lab: parts that a change reaches one after the other. Pure. */
import { codePoints } from "./identity";

export interface RingDefinition {
  name?: string;
  people?: string[];
  machines?: string[];
}

/** A ring, once its machines are known. */
export interface RingPlan {
  name: string;
  /** Keys of its machines, in code-point order. Never empty. */
  machines: string[];
}

/** Name of the ring of whatever no other ring names; it comes last. */
export const otherMachines = "others";

/**
 * The rings of a lab in their order, those without a machine left out. Machines that no ring names are a last one of their own. A lab
 * without rings is one ring of all its machines. `machines` gives each machine's person by the machine's key.
 */
export function ringsOf(
  rings: readonly RingDefinition[] | undefined,
  machines: Readonly<Record<string, string>>,
): RingPlan[] {
  const left = new Set(Object.keys(machines));
  const plans = (rings ?? []).map(({ name = "", people = [], machines: named = [] }): RingPlan => {
    const own = [...left].filter((key) => named.includes(key) || people.includes(machines[key]));
    for (const key of own) left.delete(key);
    return { name, machines: own.sort(codePoints) };
  });
  plans.push({ name: otherMachines, machines: [...left].sort(codePoints) });
  return plans.filter(({ machines: own }) => own.length > 0);
}
