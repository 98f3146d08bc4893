import type { PeerConnection } from "../components/peerMachine";
import { answerOf, asciiJson } from "../components/guestSteps";
import {
  HostKeyError,
  LogonRefusedError,
  openSshSession,
  type SshResult,
  type SshSession,
} from "../components/sshSession";
import { guestCommand, type GuestAction, type GuestFailure } from "../guest/contract";

/** Why a machine did not answer a question. */
export type NoAnswer =
  | { state: "silent"; message: string }
  | ({ state: "failed" } & Pick<GuestFailure, "code" | "message" | "hint">);

/** What a machine answered, or why it did not. */
export type GuestAnswer<Report> = { report: Report } | NoAnswer;

const dialMilliseconds = 15_000;
const answerMilliseconds = 5 * 60_000;

/** Runs one action on a machine, with one logon, whatever comes of it. `limit`: how long the answer may take, in milliseconds. */
export async function askGuest<Report>(
  connection: PeerConnection,
  action: GuestAction,
  request: object,
  limit = answerMilliseconds,
): Promise<GuestAnswer<Report>> {
  let session: SshSession;
  try {
    session = await openSshSession(connection, dialMilliseconds);
  } catch (error) {
    return notOpened(error as Error);
  }
  try {
    const result = await withinLimit(session.run(guestCommand(action), asciiJson(request)), limit);
    return result.exitCode === 0 ? reported(result) : failed(result);
  } catch (error) {
    return { state: "silent", message: (error as Error).message };
  } finally {
    session.close();
  }
}

function notOpened(error: Error): NoAnswer {
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

async function withinLimit(answer: Promise<SshResult>, milliseconds: number): Promise<SshResult> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    const minutes = Math.ceil(milliseconds / 60_000);
    timer = setTimeout(
      () => reject(new Error(`no answer within ${minutes} minutes of the question`)),
      milliseconds,
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

function reported<Report>({ stdout }: SshResult): GuestAnswer<Report> {
  try {
    const report = answerOf<Report>(stdout);
    if (typeof report === "object" && report !== null) return { report };
  } catch {
    // Said below.
  }
  return unreadable;
}

function failed({ stderr }: SshResult): NoAnswer {
  try {
    const { code, message, hint } = answerOf<GuestFailure>(stderr);
    if (code) return { state: "failed", code, message, hint };
  } catch {
    // Said below.
  }
  return unreadable;
}

/** An answer that is none of the contract's. */
export const unreadable: NoAnswer = {
  state: "failed",
  code: "Unexpected",
  message: "The machine did not answer in the form of the guest contract.",
  hint: "pulumi up copies the guest files again where they are others; see docs/windows.md.",
};
