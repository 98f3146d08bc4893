import type { Fault, Faults } from "./interfaces";

interface ActiveFault {
  fault: Fault;
  left: number;
}

/** Faults kept in memory: they end with the process, and apply in the order in which they were added. */
export function createFaults(): Faults {
  let active: ActiveFault[] = [];
  return {
    add(fault) {
      if (fault.times !== undefined && (!Number.isInteger(fault.times) || fault.times < 1)) {
        throw new Error(
          `A fault's times is ${fault.times}; it is a whole number from 1, or absent for always.`,
        );
      }
      active.push({ fault: { ...fault }, left: fault.times ?? Infinity });
    },
    clear() {
      active = [];
    },
    take(kind, subject, operation) {
      const found = active.find(
        ({ fault }) =>
          fault.kind === kind &&
          (fault.match === undefined || subject.includes(fault.match)) &&
          (fault.operation === undefined || fault.operation === operation),
      );
      if (!found) return undefined;
      found.left -= 1;
      if (found.left === 0) active = active.filter((entry) => entry !== found);
      return found.fault;
    },
  };
}
