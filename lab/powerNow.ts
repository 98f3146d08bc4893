import type { Screen } from "./context";
import type { LabMachineInState } from "./labInState";
import { fewAtATime } from "./fewAtATime";
import type { PoweredMachine } from "./powerPlan";
import { showCount } from "./progress";
import { AzureRefusal, type ResourceManager } from "./resourceManager";
import type { Switched } from "./switchMachines";

/** Requests at a time: Azure counts them, and refuses where they are too many. */
const atATime = 10;

/**
 * Asks Azure how machines stand before anything is switched. A machine that Azure does not tell of, or that is another one than the stack
 * knows, is in `failed` where it is selected; else it is left out. Throws where Azure cannot be asked at all.
 */
export async function readPower(
  machines: readonly LabMachineInState[],
  selected: readonly LabMachineInState[],
  { azure, screen }: { azure: Pick<ResourceManager, "machine">; screen: Screen },
): Promise<{ machines: PoweredMachine[]; failed: Switched[] }> {
  const count = showCount(screen, machines.length, "machines asked of Azure");
  const read: PoweredMachine[] = [];
  const failed: Switched[] = [];
  try {
    await fewAtATime(machines, atATime, async (one) => {
      const { machine, isSeed, virtualMachineId } = one;
      const isSelected = selected.includes(one);
      const fail = (power: string, more: Partial<Switched>) => {
        if (isSelected) failed.push({ machine, outcome: "failed", before: power, power, ...more });
      };
      const known = one.ask?.request.instance;
      try {
        const now =
          virtualMachineId === undefined ? undefined : await azure.machine(virtualMachineId);
        if (now && known !== undefined && now.instance !== "" && now.instance !== known) {
          const message = "Azure has another machine under its name; pulumi up brings it back.";
          fail(now.power, { message });
        } else read.push({ machine, isSeed, isSelected, virtualMachineId, now });
      } catch (error) {
        if (!(error instanceof AzureRefusal)) throw error;
        fail("", { code: error.code, message: error.message });
      }
      count.add();
    });
  } catch (error) {
    throw new Error(`Azure cannot be asked how the machines stand: ${(error as Error).message}`);
  } finally {
    count.end();
  }
  return { machines: read, failed };
}
