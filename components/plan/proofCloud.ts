/** What a machine says of its global PNRP cloud, in words, and why it may find nobody there. */
import { pnrpPort } from "./peerPorts";
import { isLeftOutAsOff } from "./proofNotTested";
import type { ProofPlan, ProvedMachine } from "./proofVerdict";

/** The global cloud, as a machine that tested sees it; undefined where there is none. */
export function cloudOf({ clouds }: NonNullable<ProvedMachine["test"]>) {
  return clouds.find(({ scope }) => scope === "global");
}

/** What a state of the global cloud means; those that are fine are not there. */
const cloudStates: Readonly<Record<string, string>> = {
  absent:
    "is absent; PNRPsvc does not run there, or finds no IPv6 address that it takes for global",
  virtual: "is not initialised",
  dead: "is dead",
  disabled: "is disabled",
  noNet: "has no network",
  alone: "is alone",
  unknown: "is in a state that is not known",
};

/**
 * A lab's only machine is alone, and with nothing to register or resolve, nothing initialises its cloud. One that was alone when it
 * tested, such as the seed before anybody has called, and whose name another one has resolved since, is alone no longer.
 */
export function cloudFailures(
  own: ProvedMachine,
  test: NonNullable<ProvedMachine["test"]>,
  all: readonly ProvedMachine[],
  plan: ProofPlan,
): string[] {
  const { machine, seed } = own;
  const others = all.filter((one) => one.machine !== machine && one.leftOut === undefined);
  const state = cloudOf(test)?.state ?? "absent";
  const busy = test.names.length + test.presence.names.length + test.presence.groups.length > 0;
  if (state === "alone" && (others.length === 0 || isFound(own, others, plan))) return [];
  if (state === "virtual" && (others.length === 0 || !busy)) return [];
  const meaning = cloudStates[state];
  if (meaning === undefined) return [];
  const seeds = others.filter((one) => one.seed?.role === "seed").map((one) => one.machine);
  const away = all.filter((one) => one.seed?.role === "seed" && one.leftOut !== undefined);
  const server = seed === undefined || seed.role === "seed" ? "" : ` under ${seed.server}`;
  const known =
    seeds.length > 0
      ? `; it should be found through ${seeds.join(", ")}${server}`
      : server === ""
        ? ""
        : `; it should be found${server}`;
  const missing = away.map((one) => `; the seed ${one.machine} is left out: ${one.leftOut}`);
  const off = seeds.length === 0 && state === "alone" ? away.filter(isLeftOutAsOff).length : 0;
  const way = state === "alone" && seed !== undefined ? wayToSeeds(own, others, plan) : "";
  const advice =
    off === 0 ? "" : `; start ${off === 1 ? "it" : "one of them"}, or name another one in seeds`;
  return [`${machine}: its PNRP cloud ${meaning}${known}${way}${missing.join("")}${advice}`];
}

/** What keeps a machine from the seeds, of what the network is known to do; else what is left to look at. */
function wayToSeeds(
  own: ProvedMachine,
  others: readonly ProvedMachine[],
  { guard }: ProofPlan,
): string {
  if (guard === undefined) return "";
  const isSeed = own.seed?.role === "seed";
  const ends = isSeed ? others : others.filter((one) => one.seed?.role === "seed");
  const denied = ends.flatMap((other) => {
    const ways = [
      { from: own, to: other },
      { from: other, to: own },
    ];
    return ways.flatMap((way) => guard({ ...way, protocol: "UDP", port: pnrpPort }) ?? []);
  });
  // What stands before one of many machines tells enough.
  if (denied.length > 0) return `; UDP ${pnrpPort}: ${[...new Set(denied)].slice(0, 2).join("; ")}`;
  if (isSeed || ends.length === 0) return "";
  return `; no known security rule denies UDP ${pnrpPort}: see whether ${own.seed?.server} leads there (its record, and the link of its private DNS zone)`;
}

/** Whether another machine has resolved a name that this one registers, and got its address. */
function isFound(
  { machine, address }: ProvedMachine,
  others: readonly ProvedMachine[],
  { names }: ProofPlan,
): boolean {
  const own = names.filter(({ holders }) => holders.includes(machine));
  return others.some(({ test }) =>
    test?.names.some(
      ({ peerName, verdict, endpoints }) =>
        verdict === "resolved" &&
        own.some((name) => name.peerName === peerName) &&
        endpoints.some((endpoint) => endpoint.startsWith(`[${address}]:`)),
    ),
  );
}
