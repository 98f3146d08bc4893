import type { PeerConnection } from "../components/peerMachine";
import { answerOf, asciiJson } from "../components/guestSteps";
import {
  HostKeyError,
  LogonRefusedError,
  openSshSession,
  type SshResult,
  type SshSession,
} from "../components/sshSession";
import {
  guestCommand,
  type GuestFailure,
  type TestPeerMachineReport,
  type TestPeerMachineRequest,
} from "../guest/contract";

/** What a check found of a machine. */
export type Finding =
  | { state: "as wanted" }
  /** Something was changed on it; in the machine's own phrases. */
  | { state: "drifted"; drift: string[] }
  /** All is as wanted once what it waits for has happened: `reboot`. */
  | { state: "waiting"; pending: string[] }
  /** Not dialled. */
  | { state: "off"; power: string }
  | { state: "silent"; message: string }
  /** Its last update did not come to its end; not dialled. */
  | { state: "unfinished" }
  | ({ state: "failed" } & Pick<GuestFailure, "code" | "message" | "hint">);

const dialMilliseconds = 15_000;
const answerMilliseconds = 5 * 60_000;

/** Asks a machine itself what `Set-PeerMachine` would change; nothing is changed on it. One logon, whatever comes of it. */
export async function askMachine(
  connection: PeerConnection,
  request: TestPeerMachineRequest,
): Promise<Finding> {
  let session: SshSession;
  try {
    session = await openSshSession(connection, dialMilliseconds);
  } catch (error) {
    return notOpened(error as Error);
  }
  try {
    const result = await withinLimit(
      session.run(guestCommand("Test-PeerMachine"), asciiJson(request)),
    );
    return result.exitCode === 0 ? reported(result) : failed(result);
  } catch (error) {
    return { state: "silent", message: (error as Error).message };
  } finally {
    session.close();
  }
}

function notOpened(error: Error): Finding {
  if (error instanceof LogonRefusedError) {
    return {
      state: "failed",
      code: "LogonRefused",
      message: `${error.message}, tried once.`,
      hint: "pulumi up tells which password it knows; set adminPassword to the one that the machine has.",
    };
  }
  if (error instanceof HostKeyError) {
    return {
      state: "failed",
      code: "OtherHostKey",
      message: `It answers with ${error.message}.`,
      hint: "It is another machine, or its SSH server was installed anew.",
    };
  }
  return { state: "silent", message: error.message };
}

async function withinLimit(answer: Promise<SshResult>): Promise<SshResult> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    const minutes = answerMilliseconds / 60_000;
    timer = setTimeout(
      () => reject(new Error(`no answer within ${minutes} minutes of the question`)),
      answerMilliseconds,
    );
  });
  try {
    return await Promise.race([answer, limit]);
  } finally {
    clearTimeout(timer);
    // The session is closed next, which ends the question too.
    answer.catch(() => {});
  }
}

function reported({ stdout }: SshResult): Finding {
  let report: TestPeerMachineReport;
  try {
    report = answerOf<TestPeerMachineReport>(stdout);
  } catch {
    return unreadable;
  }
  const { drift, pending } = report;
  if (!Array.isArray(drift) || !Array.isArray(pending)) return unreadable;
  if (drift.length > 0) return { state: "drifted", drift };
  if (pending.length > 0) return { state: "waiting", pending };
  return { state: "as wanted" };
}

function failed({ stderr }: SshResult): Finding {
  try {
    const { code, message, hint } = answerOf<GuestFailure>(stderr);
    if (code) return { state: "failed", code, message, hint };
  } catch {
    // Said below.
  }
  return unreadable;
}

const unreadable: Finding = {
  state: "failed",
  code: "Unexpected",
  message: "The machine did not answer in the form of the guest contract.",
  hint: "pulumi up copies the guest files again where they are others; see docs/windows.md.",
};
