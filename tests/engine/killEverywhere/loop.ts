import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { partsOf } from "../../../local/directory";
import { openResourceFinder } from "../../../local/findResource";
import { healInterrupted } from "../../../local/interrupted";
import { openPulumi } from "../../../local/pulumi";
import { openLabProject, type LabProject } from "../labProject";
import { whatIsWrong } from "./check";
import { knownIdentities, type KnownIdentities } from "./identities";
import { RequestWatch, upUntil } from "./killedRun";
import { pointsOf, type Point } from "./points";
import {
  configurationOf,
  definitionOf,
  type Continuation,
  type People,
  type Transition,
} from "./transitions";

/** A lab in the state in which a transition begins, to be interrupted at one point after the other. */
export interface KillEverywhere {
  points: readonly Point[];
  /** Interrupts the transition there, heals it, and goes on in each of these ways. */
  attempt(point: Point, ways: readonly Continuation[]): Promise<Attempt>;
  close(): Promise<void>;
}

export interface Attempt {
  /** Whether the run was interrupted there, and had not ended before. */
  met: boolean;
  /** What is wrong after each continuation; nothing where it was healed. */
  wrong: Map<Continuation, string[]>;
}

/** Makes the lab before the transition, and goes through the transition once to see which points there are. */
export async function openKillEverywhere(transition: Transition): Promise<KillEverywhere> {
  const watch = new RequestWatch();
  // The genuine command provider is a process of its own, whose requests cannot be met.
  const lab = await openLabProject(undefined, {
    commandProvider: "standIn",
    observe: watch.observe,
  });
  const copies = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-kill-"));
  const start = path.join(copies, "start");
  const interrupted = path.join(copies, "interrupted");
  const close = async () => {
    await lab.close();
    fs.rmSync(copies, { recursive: true, force: true });
  };
  const define = (people: People) => lab.configure(configurationOf(people));
  try {
    if (transition.previous) {
      define(transition.previous);
      const { code, output } = await lab.up();
      if (code !== 0) throw new Error(`The lab before "${transition.name}" failed:\n${output}`);
    }
    lab.save(start);
    define(transition.target);
    const course = await upUntil(lab, watch, undefined);
    const wrong = whatIsWrong(lab, transition.target, { held: [], kept: {} });
    if (wrong.length > 0) {
      throw new Error(
        `"${transition.name}" fails without an interruption: ${wrong.join("; ")}\n${course.output}`,
      );
    }
    return {
      points: pointsOf(course),
      async attempt(point, ways) {
        await lab.restore(start);
        define(transition.target);
        const { met } = await upUntil(lab, watch, point);
        const wrong = new Map<Continuation, string[]>();
        try {
          await heal(lab);
          const known = await knownIdentities(lab);
          lab.save(interrupted);
          for (const [index, way] of ways.entries()) {
            if (index > 0) await lab.restore(interrupted);
            const people = definitionOf(transition, way);
            if (people) define(people);
            wrong.set(way, await goOn(lab, people, known));
          }
        } catch (error) {
          for (const way of ways) wrong.set(way, [String(error)]);
        }
        return { met, wrong };
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** As `npm start` does. */
async function heal(lab: LabProject): Promise<void> {
  const { azure, backend } = partsOf(path.join(lab.directory, "local"));
  const environment = { ...process.env, ...lab.standIn.environment };
  await healInterrupted({
    pulumi: openPulumi(environment, lab.directory),
    stack: "test",
    backend,
    findResource: openResourceFinder(azure),
    report: () => {},
  });
}

/** One run to the definition, or to nothing, and one more that must find nothing to do. */
async function goOn(
  lab: LabProject,
  people: People | undefined,
  known: KnownIdentities,
): Promise<string[]> {
  const run = people
    ? await lab.up("--continue-on-error")
    : await lab.pulumi("destroy", "--yes", "--skip-preview", "--stack", "test");
  const wrong = whatIsWrong(lab, people, known);
  if (run.code !== 0) wrong.push(`the next run ended with ${run.code}:\n${run.output}`);
  if (people && run.code === 0) {
    const again = await lab.up("--expect-no-changes");
    if (again.code !== 0) wrong.push(`the run after it changes something:\n${again.output}`);
  }
  return wrong;
}
