import {
  PeerLab,
  PeerNetwork,
  PeerPresence,
  PeerProof,
  PersonalPeerGroup,
  SharedPeerIdentity,
  WindowsPeer,
} from "../../components";
import { allRules } from "../../components/plan/rules";
import { goodMachine, type RuleCase } from "../components/plan/ruleCases";
import { declare, type Outcome } from "../properties/declare";
import { range } from "../properties/definitions/addresses";
import { makeExisting, subnetId, type ExistingParts } from "../properties/definitions/existing";

const region = "westeurope";
const usualNames = {
  PeerLab: "lab",
  PeerNetwork: "net",
  WindowsPeer: "pc-1",
  SharedPeerIdentity: "ada",
  PeerPresence: "held",
  PeerProof: "proof",
  PersonalPeerGroup: "ada",
};

export type Definition = Pick<RuleCase, "component" | "args" | "name">;

/** What exists beside a definition: what the cases name. */
export const usualParts = {
  resourceGroups: [{ name: "group", location: region }],
  network: {
    resourceGroup: "group",
    name: "theirs",
    location: region,
    space: [range([10, 9, 0, 0], 16), range([0xfd00, 9, 0, 0, 0, 0, 0, 0], 48)],
    subnet: { name: "peers", ranges: ["10.9.9.0/24", "fd00:9:0:9::/64"] },
    free: [],
    hasGroup: true,
    hasGateway: false,
  },
  securityGroup: {
    resourceGroup: "group",
    name: "theirs",
    location: region,
    priorities: [3000],
    open: [],
  },
} satisfies ExistingParts;

/** Declares a definition in an Azure where those parts exist; the usual machine is put in their subnet. */
export function declareIn(
  existing: ExistingParts,
  { component, args, name }: Definition,
): Promise<Outcome> {
  const Component = {
    PeerLab,
    PeerNetwork,
    WindowsPeer,
    SharedPeerIdentity,
    PeerPresence,
    PeerProof,
    PersonalPeerGroup,
  }[component];
  const usual = "subnetId" in args && args.subnetId === goodMachine.subnetId;
  const given = usual ? { ...args, subnetId: subnetId(usualParts.network) } : args;
  return declare(
    (options) => void new Component(name ?? usualNames[component], given as never, options),
    (azure) => makeExisting(existing, azure),
    region,
  );
}

/**
 * The same with the library's refusals switched off, early and late ones: which of the stand-in's rules refuse or warn then, as
 * `refusal` or `warning` and the rule's id.
 */
export async function judgedUnrefused(
  existing: ExistingParts,
  definition: Definition,
): Promise<Set<string>> {
  const restore = refusingNothing();
  try {
    const { azure } = await declareIn(existing, definition);
    return new Set(azure.judgements().map(({ what }) => what));
  } finally {
    restore();
  }
}

/** Lets each of the library's rules only warn, until what is returned is called. */
function refusingNothing(): () => void {
  const before = allRules.map((rule) => [rule, rule.severity] as const);
  for (const rule of allRules) rule.severity = "warning";
  return () => {
    for (const [rule, severity] of before) rule.severity = severity;
  };
}
