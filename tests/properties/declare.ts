import * as pulumi from "@pulumi/pulumi";
import * as debuggable from "@pulumi/pulumi/runtime/debuggable";
import type { Properties } from "../../local/provider";
import { answerOf, outputsOf, unwrapped } from "../components/mocks";
import { memoryAzure, type MemoryAzure } from "./memoryAzure";

/** What came of a program. */
export interface Outcome {
  azure: MemoryAzure;
  /** What the program threw while it declared things; undefined where it went through. */
  thrown?: unknown;
  /** How many resources, components not counted, were declared. */
  declared: number;
}

/**
 * Runs a program that declares components, under an engine that hands everything to an Azure of its own: `azure` may be filled
 * first with what exists already. What Azure refuses is noted, and the program goes on as if it had been made, so that one
 * refusal is one and does not drag others after it.
 */
export async function declare(
  program: (options: pulumi.ComponentResourceOptions) => void,
  prepare: (azure: MemoryAzure) => Promise<void> = async () => undefined,
  location?: string,
): Promise<Outcome> {
  const azure = await memoryAzure(location);
  await prepare(azure);
  const outcome: Outcome = { azure, declared: 0 };
  const mocks: pulumi.runtime.Mocks = {
    async newResource({ type, name, inputs: wrapped, custom }) {
      const inputs = unwrapped(wrapped) as Properties;
      const answered = { id: `${name}-id`, state: { ...inputs, ...outputsOf(type, name, inputs) } };
      if (custom !== false && !type.startsWith("peerlab:")) outcome.declared++;
      if (!type.startsWith("azure-native:")) return answered;
      const made = await azure.create(type, name, inputs);
      return made === undefined ? answered : { id: made.id, state: made.outputs };
    },
    async call({ token, inputs: wrapped }) {
      const inputs = unwrapped(wrapped) as Properties;
      if (!token.startsWith("azure-native:")) return answerOf(token, inputs);
      return (await azure.invoke(token, inputs)) ?? answerOf(token, inputs);
    },
  };
  await pulumi.runtime.setMocks(mocks, "project", "stack", false);
  const late = lateRefusal();
  try {
    program({ transformations: [withoutAliases] });
  } catch (thrown) {
    outcome.thrown = thrown;
  }
  try {
    // Node tells of a rejection only when the turn is over in which Pulumi found nothing left to wait for.
    const ended = pulumi.runtime.disconnect().then(() => new Promise(setImmediate));
    await Promise.race([ended, late.refusal]);
  } catch (thrown) {
    outcome.thrown = thrown;
    await forgetWaiting();
  } finally {
    late.end();
  }
  return outcome;
}

/**
 * Lets the program come to rest, or it would talk to the engine of the next one; and makes Pulumi forget what waits for ever, or
 * it would end the process with a failure. The package's types keep that function to themselves.
 */
async function forgetWaiting(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
  (debuggable as unknown as { leakedPromises(): void }).leakedPromises();
}

/**
 * What the library finds wrong only when a value is known ends a program as a rejection that nobody handles, and what waits for
 * the value waits for ever; mocha takes such a rejection for a failure of the test.
 */
function lateRefusal(): { refusal: Promise<never>; end(): void } {
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  const refusal = new Promise<never>((_, reject) => {
    process.on("unhandledRejection", reject);
  });
  refusal.catch(() => undefined);
  return {
    refusal,
    end() {
      process.removeAllListeners("unhandledRejection");
      for (const listener of others) process.on("unhandledRejection", listener);
    },
  };
}

/** azure-native names each resource by all API versions it ever had, and working those names out costs more than all the rest. */
const withoutAliases: pulumi.ResourceTransformation = ({ props, opts }) => ({
  props,
  opts: { ...opts, aliases: undefined },
});
