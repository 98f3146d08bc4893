import { answerOf } from "../components/guestSteps";
import type { StackStep, TestPeerStackReport } from "../guest/contract";
import type { ProbedImage } from "./probedImages";

/** What came of one image. */
export interface ProbeResult {
  image: string;
  /** The machine's own report; absent where none came. */
  report?: TestPeerStackReport;
  /** Why no report came: what failed on the way, in the words of who refused. */
  failures: string[];
}

/** Joins the images with the answers of their machines and with what failed, by the name of the resource. */
export function probeResults(
  images: readonly ProbedImage[],
  answers: Readonly<Record<string, string | undefined>>,
  failures: readonly { resource: string; message: string }[],
): ProbeResult[] {
  return images.map(({ image, machine }) => {
    const answer = answers[machine];
    return {
      image,
      ...(answer ? { report: answerOf<TestPeerStackReport>(answer) } : {}),
      failures: failures
        .filter(({ resource }) => resource === machine || resource.startsWith(`${machine}-`))
        .map(({ message }) => message),
    };
  });
}

/** The steps after whose answer a lab could not go on. */
export function unfit({ report }: ProbeResult): StackStep[] {
  return report?.steps.filter(({ fine }) => !fine) ?? [];
}

/** `yes`, `no`, or `unknown` where no machine of the image came as far as to be asked. */
export function runsPeers(result: ProbeResult): "yes" | "no" | "unknown" {
  if (!result.report) return "unknown";
  return unfit(result).length === 0 ? "yes" : "no";
}

/** One paragraph for each image: what it is, whether it runs the peer stack, and what it answered otherwise than hoped. */
export function probeText(results: readonly ProbeResult[]): string {
  return results.map(paragraph).join("\n\n");
}

function paragraph(result: ProbeResult): string {
  const { image, report, failures } = result;
  const lines = [`${image}: ${verdicts[runsPeers(result)]}`];
  if (report) {
    lines.push(`  ${[report.edition, report.osBuild, report.image].filter(Boolean).join(", ")}`);
  }
  // What was skipped follows from what failed.
  for (const { step, answer, seen } of unfit(result).filter((one) => one.answer !== "skipped")) {
    lines.push(`  ${step}: ${answer}${seen ? ` (${seen})` : ""}`);
  }
  for (const failure of failures) lines.push(`  ${failure}`);
  return lines.join("\n");
}

const verdicts = {
  yes: "runs the peer stack",
  no: "does not run the peer stack",
  unknown: "not known: no machine of it could be asked",
};
