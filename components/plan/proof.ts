import { at, type Finding } from "./findings";
import {
  proofPorts,
  proofSample,
  proofSettleSeconds,
  proofToken,
  proofWhenFailed,
} from "./rules/proofs";

/** How machines prove that they find and reach each other. */
export interface ProofDefinition {
  token?: string;
  whenFailed?: string;
  sample?: number;
  settleSeconds?: number;
}

/** How long what fails is tried again, in seconds, unless somebody says otherwise: PNRP settles within a minute or two. */
export const defaultSettleSeconds = 120;

/** Everything that is wrong with how a proof is asked for. */
export function checkProof(path: string, definition: ProofDefinition): Finding[] {
  const { token, whenFailed, sample, settleSeconds } = definition;
  return [
    ...(token === undefined ? [] : proofToken(at(path, "token"), token)),
    ...(whenFailed === undefined ? [] : proofWhenFailed(at(path, "whenFailed"), whenFailed)),
    ...(sample === undefined ? [] : proofSample(at(path, "sample"), sample)),
    ...(settleSeconds === undefined
      ? []
      : proofSettleSeconds(at(path, "settleSeconds"), settleSeconds)),
  ];
}

/** Everything that is wrong with the ports that are to be tested, by machine. */
export function checkProofPorts(
  path: string,
  machines: Readonly<Record<string, { ports?: readonly number[] } | undefined>>,
): Finding[] {
  return Object.entries(machines).flatMap(([key, machine]) =>
    proofPorts(at(at(at(path, "machines"), key), "ports"), machine?.ports ?? []),
  );
}

/** The longest that a listener is asked to stay open: guest/contract.ts. */
const longestListening = 3_600;

/** What listeners stay open for beside the tests, in seconds: everything between when they are asked for and the first test. */
const secondsBeforeTests = 600;

/** What of it has to be left when all that is to be tested is there: listeners that have to be opened yet, and connections. */
const secondsToBegin = 120;

/** How long tests take where each settles for as long as it is allowed to; the engine lets a few run at a time. */
function testingSeconds(machines: number, settleSeconds: number): number {
  return Math.ceil(machines / 4) * (settleSeconds + 60);
}

/**
 * How long listeners stay open, in seconds: all are opened together, and the engine lets a few tests run at a time, each of
 * which may settle for as long as it is allowed to. A request is made up before anybody knows how late its test will be, and
 * one that waits less would fail a lab that is still settling: where all of more machines than fit into the longest time fail,
 * listeners end before the last tests.
 */
export function listeningSeconds(machines: number, settleSeconds = defaultSettleSeconds): number {
  return Math.min(longestListening, secondsBeforeTests + testingSeconds(machines, settleSeconds));
}

/**
 * Whether listeners that were opened for so many seconds, and have been open for at most `ageSeconds`, outlast the tests of so many
 * machines as well as those that are opened for the tests alone: so much has to be left that only the time before the tests is used up.
 */
export function outlastTests(
  { seconds, ageSeconds }: { seconds: number; ageSeconds: number },
  machines: number,
  settleSeconds = defaultSettleSeconds,
): boolean {
  const longest = longestListening - secondsBeforeTests;
  const needed = Math.min(longest, testingSeconds(machines, settleSeconds));
  return seconds - ageSeconds >= needed + secondsToBegin;
}
