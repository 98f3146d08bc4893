import { nearest } from "../components/plan/nearest";
import type { LabInState, LabMachineInState } from "./labInState";

/** Which machines of a lab a verb is about: all that any of the words means. */
export interface Selection {
  /** Keys of machines. */
  machines: readonly string[];
  /** Keys of people, with all their machines. */
  people: readonly string[];
  /** Names of rings, with all their machines. */
  rings: readonly string[];
  /** All machines. */
  all: boolean;
}

/**
 * The machines that are selected, in the order of their keys, each once; none where nothing is selected. Throws, with all of them, where
 * a word means nobody.
 */
export function selectMachines(
  { machines, people, rings }: Pick<LabInState, "machines" | "people" | "rings">,
  selection: Selection,
): LabMachineInState[] {
  const mistakes = [
    ...unknown(
      "machine",
      selection.machines,
      machines.map(({ machine }) => machine),
    ),
    ...unknown(
      "person",
      selection.people,
      people.map(({ person }) => person),
    ),
    ...unknown("ring", selection.rings, rings),
  ];
  if (mistakes.length > 0) throw new Error(mistakes.join("\n"));
  return machines.filter(
    ({ machine, person, ring }) =>
      selection.all ||
      selection.machines.includes(machine) ||
      selection.people.includes(person) ||
      selection.rings.includes(ring),
  );
}

function unknown(what: string, words: readonly string[], known: readonly string[]): string[] {
  return [...new Set(words)]
    .filter((word) => !known.includes(word))
    .map((word) => {
      const there = known.length === 0 ? "there is none" : `there are: ${known.join(", ")}`;
      return `There is no ${what} ${JSON.stringify(word)} in the stack's last update${nearest(word, known)}; ${there}.`;
    });
}
