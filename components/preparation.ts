import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as compute from "@pulumi/azure-native/compute";
import {
  contractVersion,
  type NetworkingState,
  type PreparationReport,
  type PreparationSettings,
} from "../guest/contract";
import { preparationScript } from "../guest/preparation";
import { beforePoweredStep } from "./beforeStep";
import { unlessFailed } from "./failedResources";
import { answerOf, attemptAt } from "./guestSteps";
import { lateError } from "./inputErrors";
import { together } from "./outputs";
import type { GuestNetworking, PeerMachine } from "./peerMachine";
import type { MachinePlan } from "./plan/machine";
import { sha256 } from "./secrets";
import { lean, type Lean } from "./leanResource";
import { nameOnceMade } from "./virtualMachine";
import type { WindowsPeerArgs } from "./windowsPeer";

type Parent = { parent: pulumi.Resource };

/** Seconds that the preparation may take: the SSH capability alone has taken ten minutes. */
const preparationTimeout = 40 * 60;

let script: string | undefined;

/** The script that prepares a Windows machine; without anything secret, since Azure leaves it on the machine's disk. */
export function peerPreparationScript(): string {
  script ??= preparationScript((file) =>
    fs.readFileSync(path.join(__dirname, "..", "guest", file), "utf8"),
  );
  return script;
}

/** What the preparation of a machine of one's own needs to know. */
export interface PeerPreparationOptions {
  /** The administrator whom the peer identities will belong to. */
  labUser: string;
  /** What its firewall has to let in: `PeerNetwork.guestNetworking`. */
  networking: GuestNetworking;
  /** Whether the machine reaches the internet, from where the SSH server comes. True by default. */
  outbound?: boolean;
  /** Address of an OpenSSH MSI for images without the capability. */
  openSshMsi?: string;
}

/**
 * The one parameter of the preparation script, `Settings`: for a managed run command on a VM of one's own.
 * Base64, so that nothing depends on how Run Command quotes a parameter.
 */
export function peerPreparationSettings(options: PeerPreparationOptions): string {
  const settings: PreparationSettings = {
    contract: contractVersion,
    labUser: options.labUser,
    networking: options.networking as NetworkingState,
    outboundTest: options.outbound === false ? [] : outboundTest,
    openSshMsi: options.openSshMsi,
  };
  return Buffer.from(JSON.stringify(settings), "utf8").toString("base64");
}

/** Where the SSH capability is downloaded from: Windows Update. */
const outboundTest = ["https://download.windowsupdate.com"];

/** Declares the run command that prepares the machine. It runs again for another instance, script or setting. */
export function preparation(
  name: string,
  args: WindowsPeerArgs,
  plan: MachinePlan,
  machine: {
    vm: Lean<compute.VirtualMachine>;
    instanceId: pulumi.Output<string>;
    target: pulumi.Output<Pick<PeerMachine, "power" | "virtualMachineId">>;
    networking: pulumi.Output<GuestNetworking>;
  },
  parent: Parent,
): Lean<compute.VirtualMachineRunCommandByVirtualMachine> {
  const { vm, instanceId, target } = machine;
  const settings = machine.networking.apply((networking) =>
    peerPreparationSettings({
      labUser: plan.adminUsername,
      networking,
      outbound: plan.outbound !== "none",
      openSshMsi: args.openSshMsi,
    }),
  );
  const attempt = attemptAt(
    `${name}-preparation`,
    together([instanceId, settings]).apply(([instance, known]) => ({
      instance,
      settings: known,
      script: sha256(peerPreparationScript()),
    })),
    parent,
  );
  return new compute.VirtualMachineRunCommandByVirtualMachine(
    `${name}-preparation`,
    {
      resourceGroupName: args.resourceGroupName,
      vmName: unlessFailed(vm.name, "failed"),
      location: vm.location,
      tags: args.tags,
      source: { script: peerPreparationScript() },
      parameters: [
        { name: "Settings", value: settings },
        { name: "Attempt", value: attempt },
      ],
      asyncExecution: false,
      timeoutInSeconds: preparationTimeout,
      treatFailureAsDeploymentFailure: true,
    },
    lean({
      ...parent,
      deletedWith: vm,
      // Its name on the machine is always the same. Made first, a replacement would be what is then deleted as the original:
      // so it came after a run that had ended between deleting this one and its machine.
      deleteBeforeReplace: true,
      // Azure runs the script again whenever the resource is put: a tag is no reason, and changes with the next run.
      ...beforePoweredStep(
        {
          type: "azure-native:compute:VirtualMachineRunCommandByVirtualMachine",
          name: `${name}-preparation`,
          ...parent,
        },
        plan.computerName,
        target,
        args,
        ["parameters", "source"],
      ),
      ignoreChanges: ["tags"],
      customTimeouts: { create: "50m", update: "50m" },
    }),
  );
}

/**
 * The SSH server's public host key, taken from the preparation's answer and kept from then on: it changes with the machine's
 * instance and at no other time.
 */
export function pinnedHostKey(
  name: string,
  resourceGroupName: pulumi.Input<string>,
  vm: Lean<compute.VirtualMachine>,
  prepared: Lean<compute.VirtualMachineRunCommandByVirtualMachine>,
  instanceId: pulumi.Output<string>,
  parent: Parent,
): pulumi.Output<string> {
  const answer = compute.getVirtualMachineRunCommandByVirtualMachineOutput(
    {
      resourceGroupName,
      vmName: vm.name,
      runCommandName: nameOnceMade(prepared),
      expand: "instanceView",
    },
    parent,
  );
  // Of one that failed the view is there too, and has no answer; what needs the key is skipped with it.
  const hostKey = answer.instanceView.apply((view) =>
    view?.executionState === "Failed" ? "" : hostKeyOf(name, view?.output ?? ""),
  );
  const stash = new pulumi.Stash(
    `${name}-host-key`,
    { input: unlessFailed(hostKey, "") },
    {
      ...parent,
      // The SDK forgets whose name a function was asked by when that is unknown; of a preparation that failed there would
      // be kept, for as long as the instance lives, that it has no key.
      dependsOn: prepared,
      ignoreChanges: ["input"],
      replacementTrigger: unlessFailed(instanceId, ""),
    },
  );
  return stash.output.apply(String);
}

function hostKeyOf(name: string, output: string): string {
  try {
    const { hostKey } = answerOf<PreparationReport>(output);
    if (/^(ssh|ecdsa)-\S+ \S+$/.test(hostKey)) return hostKey;
  } catch {
    // Said below, with what was there instead.
  }
  throw lateError(
    `${name}: the preparation did not say the SSH host key; its output ended with ${JSON.stringify(output.slice(-200))}`,
  );
}
