import type * as pulumi from "@pulumi/pulumi";

/** What a component that holds the wanted state of machines knows of one of them. */
export interface MachineParts<Report> {
  report: pulumi.Output<Report>;
  /** Another value whenever it went through its step; empty where it failed. */
  step: pulumi.Output<string>;
  /** Whether its step is due and waits for an update in which it is on. */
  postponed: pulumi.Output<boolean>;
  /** What is done on it before that step: what makes the person's identity, or its own. None on a machine that only imports. */
  first?: EarlierStep;
}

/** A step on a machine that comes before its state. */
export interface EarlierStep {
  /** Known when it is over, or not due; unknown where it failed. */
  id: pulumi.Output<string>;
  /** Whether it was given to the machine in this update. */
  hasRun: () => boolean;
}

type PartsByMachine<Report> = Readonly<Record<string, MachineParts<Report>>>;

const kept = new WeakMap<pulumi.Resource, PartsByMachine<unknown>>();

/** Keeps them beside the component, whose own outputs are known only when all of its machines are. */
export function keepMachineParts<Report>(
  component: pulumi.Resource,
  parts: PartsByMachine<Report>,
): void {
  kept.set(component, parts);
}

/** What the component knows of each machine, for those who must not wait for all of them. */
export function machinePartsOf<Report>(component: {
  reports: pulumi.Output<{ [key: string]: Report }>;
}): PartsByMachine<Report> {
  return (kept.get(component as unknown as pulumi.Resource) ?? {}) as PartsByMachine<Report>;
}
