/** What a machine's last test depended on, and whether it has to run again. */
import { isOfSeeds, type NameProof } from "./proofPairs";

/** What a test says of its subject changes only with these. */
export interface ProofSubject {
  /** Another value whenever the machine went through its step. */
  step: string;
  /** The VM instance. */
  instance: string;
  /** Its IPv6 address; empty where nobody said. */
  address: string;
  /** TCP ports that are declared on it. */
  ports: readonly number[];
  /** Peer names that its holder registers. */
  names: readonly string[];
}

/** What is kept of a machine's last test, for the next update. Nothing secret. */
export interface ProofRecord {
  /** What the run was known by; the next one has another. */
  run: string;
  /** What it depended on: a digest for the machine itself, and for each machine and name that it tested. */
  parts: string[];
  /** The token that it was run for. */
  token?: string;
  /** `passed`, or `warned` where it failed and the update went on. */
  outcome: string;
  /** How long the question was under way to the machine, in seconds. */
  delaySeconds: number;
  /** What failed in a test that warned, in words: what was found then, whatever has become of the network since. */
  failures?: string[];
}

/** Digests of what a test of this machine depends on now. */
export interface ProofParts {
  own: string;
  /** By the key of the machine whose ports are tested. */
  targets: Record<string, string>;
  /** By peer name. */
  names: Record<string, string>;
}

/** What a machine's test depends on. `digest` is the hex SHA-256 of a text. */
export function partsOf(
  tester: string,
  targets: readonly string[],
  names: readonly NameProof[],
  subjects: Readonly<Record<string, ProofSubject>>,
  digest: (text: string) => string,
): ProofParts {
  const part = (what: string, value: unknown) =>
    digest(`${what} ${JSON.stringify(value)}`).slice(0, 16);
  const { step, instance, address, names: held } = subjects[tester];
  return {
    own: part("own", [step, instance, address, held]),
    targets: Object.fromEntries(
      targets.map((key) => {
        const target = subjects[key];
        return [
          key,
          part(`target ${key}`, [target.step, target.instance, target.address, target.ports]),
        ];
      }),
    ),
    names: Object.fromEntries(
      names.map(({ peerName, holders }) => [
        peerName,
        part(
          `name ${peerName}`,
          holders.map((key) => {
            const holder = subjects[key];
            // Not everybody tests again for a step of the seed's; those whose target it is do.
            const step = isOfSeeds(peerName) ? "" : holder.step;
            return [key, step, holder.instance, holder.address];
          }),
        ),
      ]),
    ),
  };
}

/** Whether the last test still proves what is to be proved now. `warns`: an update goes on where a proof fails. */
export function isProved(
  last: ProofRecord | undefined,
  { own, targets, names }: ProofParts,
  token: string | undefined,
  warns: boolean,
): boolean {
  if (!last || (token !== undefined && token !== last.token)) return false;
  if (last.outcome !== "passed" && !(warns && last.outcome === "warned")) return false;
  const proved = new Set(last.parts);
  return [own, ...Object.values(targets), ...Object.values(names)].every((part) =>
    proved.has(part),
  );
}

/** What of it a test has answered for: of a machine that could not listen, nothing was tested. */
export function provedParts(
  { own, targets, names }: ProofParts,
  test: { ports: readonly { name: string }[]; names: readonly { peerName: string }[] },
): string[] {
  const tested = new Set(test.ports.map(({ name }) => name));
  const resolved = new Set(test.names.map(({ peerName }) => peerName));
  return [
    own,
    ...Object.keys(targets).flatMap((key) => (tested.has(key) ? [targets[key]] : [])),
    ...Object.keys(names).flatMap((name) => (resolved.has(name) ? [names[name]] : [])),
  ];
}
