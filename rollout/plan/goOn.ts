/** How to go on after a rollout has ended. Pure. */
import { exitCodes } from "../context";
import { rolloutCall, upCall, type GivenOptions } from "./call";
import type { RolloutView } from "./view";

/** What can be done next: why, and the commands that do it. */
export interface NextStep {
  why: string;
  commands: string[];
}

/** What can be done next; nothing where all is done. `given` is said again where it has to be. */
export function howToGoOn(view: RolloutView, given: GivenOptions = {}): NextStep[] {
  const { command, exitCode, stages } = view;
  if (exitCode === undefined || exitCode === exitCodes.done) return [];
  const call = (words: string) => rolloutCall(words, given);
  const [anew, resume] = [upCall(given), upCall(given, "--resume")];
  const again = command === "drift" ? "drift" : "status";
  const unknown = stages
    .filter(
      ({ standing, drift }) =>
        standing === "unknown" || drift.some((one) => one.standing === "unknown"),
    )
    .map(({ name, standing }) => ({
      why: `${standing === "unknown" ? "" : "something of "}${name} could not be asked, which is neither good nor bad; ask again`,
      commands: [call(`${again} --only ${name}`)],
    }));
  if (command === "drift") return [...afterDrift(view, call), ...unknown];
  const failed = stages.filter(({ standing }) => standing === "failed").map(({ name }) => name);
  if (command === "rollback") {
    const again = failed.map((name) => ({
      why: `${name} was not taken back; put right what is named, and try again`,
      commands: [call(`rollback ${name}`)],
    }));
    return [...again, ...unknown];
  }
  if (command !== "up") return unknown;
  const waiting = stages
    .filter(({ standing }) => standing === "waiting")
    .map(({ name, phase }) =>
      phase === "approval"
        ? {
            why: `${name} waits for an approval`,
            commands: [call(`approve ${name} --by NAME`), resume],
          }
        : { why: `${name} waits; go on with it`, commands: [resume] },
    );
  const afterFailure = failed.flatMap((name) => [
    { why: `${name} failed; put right what is named, and begin again`, commands: [anew] },
    {
      why: `where the change was not at fault, go on where ${name} stood`,
      commands: [resume],
    },
    {
      why: `or take ${name} back to how it was when it last succeeded`,
      commands: [call(`rollback ${name}`)],
    },
  ]);
  return [...waiting, ...afterFailure, ...unknown];
}

function afterDrift({ stages }: RolloutView, call: (words: string) => string): NextStep[] {
  return stages.flatMap(({ name, drift, status }) => {
    const has = (side: string) =>
      drift.some((one) => one.side === side && one.standing === "drifted");
    const stack = status?.stack ?? name;
    return [
      ...(has("cloud")
        ? [
            {
              why: `${name} differs in the cloud; let the engine see it, and put it right`,
              commands: [`pulumi refresh --stack ${stack}`, call(`up --only ${name}`)],
            },
          ]
        : []),
      ...(has("guest")
        ? [
            {
              why: `${name} differs on machines; let their step run once more`,
              commands: [`npm run repair -- --stack ${stack}`],
            },
          ]
        : []),
    ];
  });
}
