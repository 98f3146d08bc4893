import type { StackStep, TestPeerStackReport, TestPeerStackRequest } from "../../../guest/contract";
import { cloudFacts, initialiseCloud } from "../cloud/cloud";
import { fromHresult, GuestError } from "../guestError";
import { HresultError, type HresultName } from "../hresult";
import type { Machine } from "../machine";
import { networkingFacts } from "../networking";
import {
  requireGrouping,
  requireIdentities,
  requireStackParts,
  startPeerStack,
} from "../peerStack";
import { peerServices } from "../services";
import type { Action } from "./context";
import { clearIdentity, openIdentities, type IdentityAccess } from "./identityAccess";

const friendlyName = "peerlab:probe-stack";
const groupName = "peerlab:probe-group";
const classifier = "probe";
const hour = 3_600_000;

/** What the steps have found so far. */
interface Found {
  identity?: string;
  exported?: Buffer;
  group?: string;
}

/** Does once what a lab does and tells what each step answers; nothing of it stays. */
export const testPeerStack: Action<TestPeerStackRequest, TestPeerStackReport> = async (
  context,
  request,
) => {
  const { machine } = context;
  const access = await openIdentities(context, request);
  const steps = ofWindows(machine);
  const found: Found = {};
  const step = stepsInto(steps);
  await step(`keys: open in the ${access.openedIn}`, { matters: false }, () => {
    if (!access.store.opensKeys()) throw new HresultError("NTE_PERM", "CryptAcquireContext");
  });
  try {
    await identitySteps(machine, access, found, step);
    await nameSteps(machine, step);
    await groupSteps(machine, access, found, step);
  } finally {
    await step("clean up", {}, () => cleanUp(machine, access, found));
  }
  return {
    action: "Test-PeerStack",
    ...machine.facts,
    edition: editionOf(machine),
    image: imageOf(machine),
    steps,
  };
};

interface StepOptions {
  /** What an earlier step had to bring. */
  needs?: unknown;
  /** Whether a failure keeps a lab from going on. True by default. */
  matters?: boolean;
  /** It is the failure that is hoped for. */
  refused?: boolean;
}

type Step = (
  name: string,
  options: StepOptions,
  work: () => string | void | Promise<string | void>,
) => Promise<void>;

function stepsInto(steps: StackStep[]): Step {
  return async (name, options, work) => {
    const tell = (answer: string, seen: string, fine: boolean) =>
      void steps.push({ step: name, answer, seen, fine });
    const { matters = true, refused = false } = options;
    if ("needs" in options && options.needs === undefined) return tell("skipped", "", false);
    try {
      const seen = await work();
      if (refused) tell("S_OK", "it was not refused", false);
      else tell("S_OK", seen ?? "", true);
    } catch (error) {
      if (!(error instanceof HresultError)) throw error;
      tell(error.hresult, fromHresult(error).message, refused || !matters);
    }
  };
}

async function identitySteps(
  machine: Machine,
  access: IdentityAccess,
  found: Found,
  step: Step,
): Promise<void> {
  const { store } = access;
  const stack = startPeerStack(machine);
  const password = () => `Probe-${found.identity}`;
  const answered = (result: HresultName, call: string) => {
    if (result !== "S_OK") throw new HresultError(result, call);
  };
  const judge = () => {
    const state = store.testSignature(found.identity!);
    if (state !== "usable") throw new HresultError(state, "PeerIdentityGetCryptKey");
    return `key opened in the ${access.openedIn}`;
  };
  await step("PNRP: start", {}, () => answered(stack.pnrp, "PeerPnrpStartup"));
  await step("grouping: start", {}, () => answered(stack.grouping, "PeerGroupStartup"));
  await step("identity: list", {}, () => {
    answered(stack.identity, "PeerEnumIdentities");
    cleanUp(machine, access, found);
    return `${store.enumerate().length} identities`;
  });
  await step("identity: create", {}, async () => {
    answered(stack.identity, "PeerIdentityCreate");
    found.identity = await store.create(classifier, friendlyName);
    return found.identity;
  });
  await step("identity: sign", { needs: found.identity }, judge);
  await step("identity: export", { needs: found.identity }, () => {
    found.exported = store.export(found.identity!, password());
    return `${found.exported.length / 2} characters`;
  });
  const { exported } = found;
  await step("identity: import while it is there", { needs: exported }, async () => {
    try {
      await store.import(exported!, password());
      return "imported a second time";
    } catch (error) {
      if (!(error instanceof HresultError) || error.hresult !== "PEER_E_ALREADY_EXISTS")
        throw error;
      return "said to be there already";
    }
  });
  await step("identity: delete", { needs: exported }, () => store.delete(found.identity!));
  const importing = async (blob: Buffer, word: string) => void (await store.import(blob, word));
  await step("identity: import under a wrong password", { needs: exported, refused: true }, () =>
    importing(exported!, `${password()}x`),
  );
  await step("identity: import a changed export", { needs: exported, refused: true }, () =>
    importing(Buffer.concat([exported!, Buffer.from(" ", "utf16le")]), password()),
  );
  await step("identity: import again", { needs: exported }, async () => {
    const name = await store.import(exported!, password());
    return name === found.identity ? "the same name" : `another name: ${name}`;
  });
  await step("identity: sign after the import", { needs: exported }, judge);
  await step("identity: give it a friendly name", { needs: exported }, () =>
    store.setFriendlyName(found.identity!, friendlyName),
  );
}

async function nameSteps(machine: Machine, step: Step): Promise<void> {
  const clouds = () =>
    cloudFacts(machine)
      .map(({ name, scope, state }) => `${name} (${scope}, ${state})`)
      .join(", ") || "no cloud";
  const requirePnrp = (call: string) => {
    const { pnrp } = startPeerStack(machine);
    if (pnrp !== "S_OK") throw new HresultError(pnrp, call);
  };
  await step("clouds: before a name is registered", { matters: false }, clouds);
  await step("name: register and unregister", {}, () => {
    requirePnrp("PeerPnrpStartup");
    initialiseCloud(machine);
    return `while it is registered: ${clouds()}`;
  });
  await step("clouds: a global one", {}, () => {
    requirePnrp("PeerPnrpStartup");
    const global = cloudFacts(machine).find(({ scope }) => scope === "global");
    if (!global) throw new HresultError("PEER_E_NO_CLOUD", "PeerPnrpGetCloudInfo");
    return `${global.name} is ${global.state}`;
  });
}

async function groupSteps(
  machine: Machine,
  { store, groups }: IdentityAccess,
  found: Found,
  step: Step,
): Promise<void> {
  const { identity } = found;
  await step("group: create and connect", { needs: identity }, async () => {
    requireGrouping(machine);
    const stored = await groups.create({
      creator: identity!,
      classifier,
      friendlyName: groupName,
      memberLifetimeSeconds: 28_800,
    });
    found.group = stored.group;
  });
  const { group } = found;
  await step("group: invite", { needs: group }, () => {
    const stored = groups.enumerate(identity!).find((one) => one.group === group)!;
    const { peerName } = groups.invite(stored, {
      credential: store.credential(identity!),
      role: "member",
      expires: machine.environment.now() + hour,
    });
    return peerName === identity ? "" : "it is for somebody else";
  });
  await step("identity: delete while it has a group", { needs: group, refused: true }, () =>
    store.delete(identity!),
  );
  await step("group: delete", { needs: group }, () => groups.delete(identity!, group!));
}

function cleanUp(machine: Machine, access: IdentityAccess, { identity }: Found): string {
  requireIdentities(machine);
  const ours = access.store
    .enumerate()
    .filter((one) => one.friendlyName === friendlyName || one.peerName === identity);
  for (const { peerName } of ours) clearIdentity(access, peerName);
  return `${ours.length} identities removed`;
}

/** What PowerShell sees of Windows around the stack. */
function ofWindows(machine: Machine): StackStep[] {
  const { services } = machine.record;
  const present = peerServices.flatMap((name) => {
    const service = services[name];
    return service ? [`${name} ${service.status} ${service.startType}`] : [];
  });
  const { ipv6Addresses } = networkingFacts(machine);
  return [
    windowsStep("Windows: peer stack", () => {
      requireStackParts(machine);
      return present.join(", ");
    }),
    windowsStep("Windows: IPv6", () => {
      if (ipv6Addresses.length > 0) return ipv6Addresses.join(", ");
      throw new GuestError(
        "IPv6Disabled",
        "No network adapter has an IPv6 address that is not link-local.",
        "Give the machine an IPv6 address; bind IPv6 to its network adapter.",
      );
    }),
    windowsStep(
      "Windows: seed policy",
      () => "names built in: SeedServer, DontIncludeMicrosoftSeedServer, DisableMulticastBootstrap",
    ),
    windowsStep("Windows: firewall rule", () => "comes back as it was made"),
    windowsStep("Windows: PowerShell", () => "5.1.26100.2161, FullLanguage, Bypass"),
  ];
}

function windowsStep(step: string, work: () => string): StackStep {
  try {
    return { step, answer: "S_OK", seen: work(), fine: true };
  } catch (error) {
    const failure = error instanceof HresultError ? fromHresult(error) : error;
    if (!(failure instanceof GuestError)) throw error;
    return { step, answer: failure.code, seen: failure.message, fine: false };
  }
}

/** As Win32_OperatingSystem calls it, without the maker. */
function editionOf({ record: { traits, imageReference } }: Machine): string {
  const name = `${imageReference.offer ?? ""}/${imageReference.sku ?? ""}`.toLowerCase();
  const year = /20(16|19|22|25)/.exec(name)?.[0];
  if (traits.product === "server") return `Windows Server ${year ?? "2022"} Datacenter`;
  return /win(dows-)?10/.test(name) ? "Windows 10 Enterprise" : "Windows 11 Enterprise";
}

/** Azure tells a machine the version that "latest" stood for; the stand-in has one of each, its build. */
function imageOf({ record: { traits, imageReference } }: Machine): string {
  const { publisher, offer, sku, id } = imageReference;
  return id ?? [publisher, offer, sku, traits.osBuild.replace(/^10\.0\./, "")].join(":");
}
