import * as pulumi from "@pulumi/pulumi";
import type { ExportPeerIdentityReport, ImportPeerIdentityReport } from "../guest/contract";
import type { StepPolicy } from "./beforeStep";
import { detached, unlessFailed } from "./failedResources";
import { FormerIdentities, type RememberedIdentity } from "./formerIdentities";
import { keptGeneration } from "./generation";
import { answerOf, guestStep, nowhere } from "./guestSteps";
import { refuseLate } from "./inputErrors";
import { keptScope } from "./keptScope";
import { ownerOf } from "./machineOwner";
import { asPlain, asSecret, together } from "./outputs";
import type { PeerMachines } from "./peerMachine";
import { firstRotation, identityClassifier, identityFriendlyName, makerOf } from "./plan/identity";
import { at } from "./plan/findings";
import { broughtIdentityKept } from "./plan/rules/identities";
import { newPassword, sha256 } from "./secrets";

/** A person's identity as the stack's state keeps it. */
export interface KeptIdentity {
  peerName: pulumi.Output<string>;
  /** Secret. */
  exportedIdentity: pulumi.Output<string>;
  /** Secret. */
  exportPassword: pulumi.Output<string>;
  /** Whose it is; kept with it, so that a renamed stack changes nothing. */
  scope: pulumi.Output<string>;
  /** Empty for an identity that was brought: it keeps the name it has. */
  friendlyName: pulumi.Output<string>;
  /**
   * The run of the step that made it. Where somebody lets that step run again, it may leave an identity of its own on the
   * maker, which each machine's step then removes: the one in the stash stays.
   */
  madeBy: pulumi.Output<string>;
  /** The machine that makes it; undefined where there is none. */
  maker?: string;
  /** Whether it was made, or taken in, in this update. */
  isMadeNow: () => boolean;
}

export interface KeptIdentityArgs {
  machines: PeerMachines;
  maker?: string;
  person?: string;
  rotation?: string;
  exportedIdentity?: pulumi.Input<string>;
  exportPassword?: pulumi.Input<string>;
  policy: StepPolicy;
}

type Parent = { parent: pulumi.Resource };

/**
 * Declares the identity: which generation is due, the one step that makes it, and the stash that keeps it.
 *
 * Nothing but the rotation, or another identity that is brought, makes the step run again and the stash take its answer. So
 * the machine that made the identity may be replaced, removed or become another one, and the person may lose all machines and
 * get new ones: whoever needs the identity reads the stash. A rotation that is taken back brings the identity of before back,
 * and no machine is asked for it.
 */
export function keptIdentity(name: string, args: KeptIdentityArgs, parent: Parent): KeptIdentity {
  const maker = makerOf({ machines: Object.keys(args.machines), maker: args.maker });
  const brought = args.exportedIdentity !== undefined;
  const allowed = refuseForgottenIdentity(name, args.person, brought, parent);
  const rotation = dueRotation(name, args, maker !== undefined, allowed, parent);
  const memory = new FormerIdentities(`${name}-former`, parent);
  const former = brought ? undefined : memory.of(rotation);
  const password = new pulumi.Stash(
    `${name}-export-password`,
    { input: pulumi.secret(args.exportPassword ?? newPassword()) },
    { ...parent, ignoreChanges: ["input"], replacementTrigger: rotation },
  );
  // One that is brought is used as it is given now: a wrong one that was kept could never be put right.
  const exportPassword = pulumi.secret(args.exportPassword ?? password.output.apply(String));

  const scope = keptScope(name, args.person, parent);
  const friendlyName = together([rotation, scope]).apply(([known, own]) =>
    brought ? "" : identityFriendlyName(own, known),
  );
  let isMadeNow = false;
  const made = guestStep(
    `${name}-export`,
    {
      // Whose resources may go while the export stays.
      machine: maker === undefined ? nowhere : detached(pulumi.output(args.machines[maker])),
      machineName: maker ?? "nowhere",
      policy: args.policy,
      // The old answer would be taken for the new identity.
      postponable: false,
      action: brought ? "Import-PeerIdentity" : "Export-PeerIdentity",
      request: brought
        ? { exportedIdentity: args.exportedIdentity, exportPassword }
        : { friendlyName, classifier: identityClassifier, exportPassword },
      noted: maker === undefined ? undefined : ownerOf(args.machines[maker]),
      triggers: [rotation],
      secretAnswer: true,
      beforeRun: () => (isMadeNow = true),
      idle: maker === undefined || (former && asPlain(former.apply(isThere))),
    },
    parent,
  );
  const answer = together([
    made.stdout,
    friendlyName,
    exportPassword,
    args.exportedIdentity,
    former,
  ]).apply(([stdout, friendly, password, given, before]) => {
    if (before) {
      const { peerName, exportedIdentity, exportPassword: own, friendlyName: called } = before;
      return { peerName, exportedIdentity, exportPassword: own, friendlyName: called };
    }
    const none = { peerName: "", exportedIdentity: "", exportPassword: "", friendlyName: "" };
    if (stdout === undefined || stdout.trim() === "") return none;
    const kept = { friendlyName: friendly, exportPassword: password };
    if (given !== undefined) {
      const { identity } = answerOf<ImportPeerIdentityReport>(stdout);
      return { ...kept, peerName: identity.peerName, exportedIdentity: given };
    }
    const { peerName, exportedIdentity } = answerOf<ExportPeerIdentityReport>(stdout);
    return { ...kept, peerName, exportedIdentity };
  });
  const stash = new pulumi.Stash(
    `${name}-identity`,
    { input: asSecret(unlessFailed<unknown>(answer, {})) },
    { ...parent, ignoreChanges: ["input"], replacementTrigger: rotation },
  );
  const part = (key: string) => stash.output.apply((kept) => String(kept[key]));
  memory.keep(
    together([rotation, unlessFailed<unknown>(stash.output, undefined)]).apply(([known, kept]) =>
      brought || kept === undefined
        ? undefined
        : { rotation: known, ...(kept as Omit<RememberedIdentity, "rotation">) },
    ),
  );
  return {
    peerName: asPlain(part("peerName")),
    exportedIdentity: asSecret(part("exportedIdentity")),
    exportPassword: asSecret(part("exportPassword")),
    scope,
    friendlyName: asPlain(part("friendlyName")),
    madeBy: made.id,
    maker,
    isMadeNow: () => isMadeNow,
  };
}

const isThere = (value: unknown): boolean => value !== undefined;

/**
 * The generation that is due. As long as there is no machine nothing is due, and whatever was before stays as it is: only
 * with a machine does a change of the rotation, or of the identity that is brought, count.
 */
function dueRotation(
  name: string,
  args: KeptIdentityArgs,
  hasMachines: boolean,
  allowed: pulumi.Output<void>,
  parent: Parent,
): pulumi.Output<string> {
  const given = args.exportedIdentity;
  const wanted = args.rotation ?? firstRotation;
  const rotation =
    given === undefined
      ? wanted
      : asPlain(
          pulumi
            .output(given)
            .apply((exported) => `${wanted}-brought-${sha256(exported).slice(0, 16)}`),
        );
  const due = together([rotation, allowed]).apply(([known]) => known);
  return keptGeneration(name, due, hasMachines, parent);
}

/**
 * An identity that was brought and is no longer given would silently be replaced by a new one: the person would lose her
 * peer name. The program cannot read its own state, so a stash remembers that an identity was brought. Everything of that
 * person waits for the answer.
 */
function refuseForgottenIdentity(
  name: string,
  person: string | undefined,
  brought: boolean,
  parent: Parent,
): pulumi.Output<void> {
  const stash = new pulumi.Stash(
    `${name}-origin`,
    { input: brought ? "brought" : "made" },
    brought ? { ...parent, replaceOnChanges: ["input"] } : { ...parent, ignoreChanges: ["input"] },
  );
  return stash.output.apply((origin) => {
    const path = at(person === undefined ? "" : at("people", person), "exportedIdentity");
    refuseLate(
      `SharedPeerIdentity ${name}`,
      broughtIdentityKept(path, brought, origin === "brought"),
    );
  });
}
