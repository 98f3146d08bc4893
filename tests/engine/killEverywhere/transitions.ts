/** A person as the lab's configuration has her. */
interface Person {
  rotation?: string;
  machines: Record<string, { timeZone?: string }>;
}

/** The people of a lab. */
export type People = Record<string, Person>;

/** What a lab goes through while it is interrupted, and the definitions it then goes on with. */
export interface Transition {
  name: string;
  /** The lab before; absent where there is none yet. */
  previous?: People;
  /** What the interrupted run was to bring about. */
  target: People;
  /** What somebody wants who has changed her mind meanwhile. */
  third: People;
}

/** With which definition a lab goes on after an interruption. */
export const continuations = ["same", "previous", "third"] as const;
export type Continuation = (typeof continuations)[number];

/** The definition of a continuation; absent: no lab at all. */
export function definitionOf(
  transition: Transition,
  continuation: Continuation,
): People | undefined {
  return transition[continuation === "same" ? "target" : continuation];
}

/** The smallest lab with somebody who has her identity on two machines, and somebody else. */
const small: People = {
  ada: { machines: { "ada-1": {}, "ada-2": {} } },
  grace: { machines: { "grace-1": {} } },
};

export const transitions: readonly Transition[] = [
  {
    name: "a new lab",
    target: small,
    // Another maker, and a machine that the interrupted run knew nothing of.
    third: { ...small, ada: { machines: { "ada-2": {}, "ada-3": {} } } },
  },
  {
    name: "a rotation together with an added machine",
    previous: small,
    target: {
      ...small,
      ada: { rotation: "2", machines: { "ada-1": {}, "ada-2": {}, "ada-3": {} } },
    },
    third: { ...small, ada: { rotation: "3", machines: { "ada-2": {}, "ada-3": {} } } },
  },
  {
    name: "a replaced maker",
    previous: small,
    target: {
      ...small,
      ada: { machines: { "ada-1": { timeZone: "W. Europe Standard Time" }, "ada-2": {} } },
    },
    third: { ...small, ada: { machines: { "ada-2": {}, "ada-3": {} } } },
  },
];

/** The configuration of the program for these people. */
export function configurationOf(people: People): Record<string, unknown> {
  return { "azure-native:location": "westeurope", adminSources: ["203.0.113.7"], people };
}
