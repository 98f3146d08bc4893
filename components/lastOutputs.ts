import * as pulumi from "@pulumi/pulumi";
import { detached } from "./failedResources";
import { asPlain } from "./outputs";

/**
 * What a component gave as its outputs at the end of the last update in which they all became known; undefined where there
 * was none. The engine has them in its memory from when the component is registered until its new outputs are, and gives
 * them by the function with which the SDK itself looks resources up: nothing is declared for that, and no backend is asked.
 *
 * Only for a component that is registered **without inputs**: where they differ from the last ones, the engine forgets the
 * outputs with them. It has to be asked before `registerOutputs`, whose values therefore have to depend on the answer.
 */
export function lastOutputs<T extends object>(
  component: pulumi.ComponentResource,
): pulumi.Output<Partial<T> | undefined> {
  const found = component.urn.apply(async (urn): Promise<Partial<T> | undefined> => {
    try {
      const answer = await pulumi.runtime.invoke("pulumi:pulumi:getResource", { urn });
      return (answer?.state ?? undefined) as Partial<T> | undefined;
    } catch {
      // Mocks know no resource that was there before.
      return undefined;
    }
  });
  // What a component declares must not depend on the component: that would be on all it declares.
  return detached(asPlain(found));
}
