import { at, oneOf, received } from "../findings";
import { isPort } from "./openPorts";
import { rule, type Mistake } from "./rule";

/** The token by which a lab proves itself once more. */
export const proofToken = rule(
  { id: "PROOF-TOKEN", source: "noted in the stack's state for the next update, which is ASCII" },
  (_path, token: string) =>
    /^[\x20-\x7e]{1,64}$/.test(token)
      ? []
      : [
          `is ${received(token)}; it is 1 to 64 characters of ASCII, such as a date, and another one each time`,
        ],
);

const outcomes = ["fail", "warn"];

/** What becomes of an update whose proof fails. */
export const proofWhenFailed = rule(
  { id: "PROOF-WHEN-FAILED", source: "an update fails or goes on" },
  (_path, value: string) =>
    outcomes.includes(value) ? [] : [`is ${received(value)}; allowed are ${oneOf(outcomes)}`],
);

/** With two, each machine is tested by two others; each further one is a connection of every machine to one more. */
export const proofSample = rule(
  { id: "PROOF-SAMPLE", source: "each machine is tested by at least two others" },
  (_path, value: number) => (isWithin(value, 2, 32) ? [] : [outside(value, "2 to 32 machines")]),
);

/** How long the test of a machine goes on with what fails. */
export const proofSettleSeconds = rule(
  { id: "PROOF-SETTLE", source: "guest/contract.ts, TestPeerReachabilityRequest" },
  (_path, value: number) => (isWithin(value, 0, 600) ? [] : [outside(value, "0 to 600 seconds")]),
);

/** The ports of a machine that others test. */
export const proofPorts = rule(
  { id: "PROOF-PORT", source: "guest/contract.ts, StartPeerListenerRequest: each port once" },
  (path, ports: readonly unknown[]) =>
    ports.flatMap((port, index): Mistake[] => {
      const here = at(path, index);
      if (!isPort(port as number)) {
        return [{ path: here, reason: `is ${received(port)}; a TCP port is 1 to 65535` }];
      }
      const first = ports.indexOf(port);
      return first === index
        ? []
        : [{ path: here, reason: `is ${received(port)}, the same as ${at(path, first)}` }];
    }),
);

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function outside(value: number, allowed: string): string {
  return `is ${received(value)}; allowed are whole numbers, ${allowed}`;
}
