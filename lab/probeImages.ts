import * as fs from "node:fs";
import * as path from "node:path";
import {
  LocalWorkspace,
  type EngineEvent,
  type Stack as AutomationStack,
} from "@pulumi/pulumi/automation";
import type { PeerLabArgs } from "../components/peerLabArgs";
import { findGuestFailure } from "../guest/guestFailure";
import { nameOf, reasonOf } from "./engineText";
import type { ProbeSettings } from "./probeStack";
import type { ProbedImage } from "./probedImages";
import { probeResults, type ProbeResult } from "./probeReport";

const projectName = "peerlab-probe";

export interface ProbeOptions {
  images: readonly ProbedImage[];
  /** The lab whose region, way in and kind of machine the throw-away machines get. */
  like: PeerLabArgs;
  /** The provider's settings, `azure-native:...`. */
  settings: Readonly<Record<string, string>>;
  /** In which the engine is found, and which decides where the throw-away stack is kept. */
  environment: NodeJS.ProcessEnv;
  /** Folder of the project, in which packages are found. */
  folder: string;
  /** Told of each machine's progress, and of anything that is left. */
  report: (message: string) => void;
  /** Ends the making of machines; what there is is removed all the same. */
  signal?: AbortSignal;
  /** Leaves machines and stack, to be looked at. */
  keep?: boolean;
}

/**
 * Makes one machine for each image in a stack of its own, asks each once, and removes everything again, whatever came of it.
 * A machine that fails keeps no other from being asked. Throws where something could not be removed, by the name of the stack.
 */
export async function probeImages(options: ProbeOptions): Promise<ProbeResult[]> {
  const { images, like, report, signal, keep } = options;
  const stackName = `probe-${new Date().toISOString().replace(/\D/g, "").slice(0, 14)}`;
  return inWorkspace(options, stackName, { images, like }, async (stack) => {
    const failures: { resource: string; message: string }[] = [];
    const watch = watcher(images, report, failures);
    let ended: Error | undefined;
    await stack
      .up({ continueOnError: true, onEvent: watch, signal })
      .catch((error: Error) => void (ended = error));
    const { answers } = await stack.outputs();
    if (keep) {
      report(`Kept as the stack ${stackName}: npm run probe -- --remove ${stackName} removes it.`);
    } else {
      await remove(stack, stackName, report);
    }
    const results = probeResults(images, answers?.value ?? {}, failures);
    // What belongs to no machine is nobody's result: without a network no image was tried.
    if (ended && results.every((one) => !one.report && one.failures.length === 0)) {
      const messages = failures.map(({ message }) => message);
      throw new Error(messages.length > 0 ? [...new Set(messages)].join("\n") : ended.message);
    }
    return results;
  });
}

/** Removes what an earlier probe left. */
export async function removeProbe(
  stackName: string,
  options: Pick<ProbeOptions, "settings" | "environment" | "folder" | "report">,
): Promise<void> {
  await inWorkspace(options, stackName, undefined, (stack) =>
    remove(stack, stackName, options.report),
  );
}

async function remove(
  stack: AutomationStack,
  stackName: string,
  report: (message: string) => void,
): Promise<void> {
  report("Removing the machines.");
  try {
    await stack.destroy({ continueOnError: true });
    await stack.workspace.removeStack(stackName);
  } catch (error) {
    throw new Error(
      `Not everything could be removed, and what is left may cost money: npm run probe -- --remove ${stackName} tries again.\n${reasonOf(error as Error)}`,
    );
  }
}

/**
 * A project in a folder of its own, below the caller's, so that packages are found. It is an ordinary program and not a function
 * of this process: with one of those the engine waits for ever where a resource fails and the update goes on.
 */
async function inWorkspace<T>(
  { settings, environment, folder }: Pick<ProbeOptions, "settings" | "environment" | "folder">,
  stackName: string,
  probe: ProbeSettings | undefined,
  use: (stack: AutomationStack) => Promise<T>,
): Promise<T> {
  const parent = path.join(folder, ".peerlab");
  fs.mkdirSync(parent, { recursive: true });
  const workDir = fs.mkdtempSync(path.join(parent, "probe-"));
  const write = (name: string, text: string) => fs.writeFileSync(path.join(workDir, name), text);
  const program = path.join(__dirname, "probeStack");
  write("Pulumi.yaml", `name: ${projectName}\nruntime: nodejs\nmain: index.ts\n`);
  write("package.json", JSON.stringify({ name: projectName, private: true }));
  write("index.ts", `export = require(${JSON.stringify(program)});\n`);
  // The Automation API looks for the command with this process's own variables.
  process.env.PATH = environment.PATH;
  try {
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName, workDir },
      {
        envVars: {
          ...(environment as Record<string, string>),
          PULUMI_NODEJS_TRANSPILE_ONLY: "true",
        },
      },
    );
    const own = Object.entries(settings).filter(([key]) => key.startsWith("azure-native:"));
    await stack.setAllConfig({
      ...Object.fromEntries(own.map(([key, value]) => [key, { value, secret: true }])),
      // It may hold the jump host's password.
      ...(probe ? { probe: { value: JSON.stringify(probe), secret: true } } : {}),
    });
    return await use(stack);
  } finally {
    fs.rmSync(workDir, { recursive: true, force: true });
  }
}

/** Follows an update: one line when a machine is there, prepared and asked, and every error by the name of its resource. */
function watcher(
  images: readonly ProbedImage[],
  report: (message: string) => void,
  failures: { resource: string; message: string }[],
): (event: EngineEvent) => void {
  const imageOf = (resource: string) =>
    images.find(({ machine }) => resource === machine || resource.startsWith(`${machine}-`))?.image;
  return ({ resOutputsEvent, diagnosticEvent }) => {
    const made = resOutputsEvent?.metadata;
    if (made && made.op === "create") {
      const image = imageOf(nameOf(made.urn));
      const what = milestones.find(([type, ending]) => isMilestone(made.urn, type, ending))?.[2];
      if (image !== undefined && what !== undefined) report(`${image}: ${what}`);
    }
    if (diagnosticEvent?.severity === "error" && diagnosticEvent.urn) {
      failures.push({
        resource: nameOf(diagnosticEvent.urn),
        message: failureText(diagnosticEvent.message),
      });
    }
  };
}

/** What the machine itself said, where the engine quotes it; else the engine's first line. */
function failureText(diagnostic: string): string {
  const text = diagnostic.replace(/<\{%[^%]*%\}>/g, "").trim();
  const guest = findGuestFailure(text);
  return guest
    ? `${guest.code}: ${guest.message} ${guest.hint}`
    : text.split("\n", 1)[0].replace(/^error:\s*/, "");
}

const milestones: [type: string, ending: string, what: string][] = [
  ["azure-native:compute:VirtualMachine", "", "machine made"],
  ["azure-native:compute:VirtualMachineRunCommandByVirtualMachine", "", "prepared"],
  ["command:remote:Command", "-probe", "asked"],
];

function isMilestone(urn: string, type: string, ending: string): boolean {
  return urn.includes(`$${type}::`) && nameOf(urn).endsWith(ending);
}
