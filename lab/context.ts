import type { Command } from "commander";

/** What every verb is given: the computer around it; another one in tests. */
export interface LabContext {
  /** Folder of the Pulumi project, in which paths of the command line are, too. */
  folder: string;
  environment: NodeJS.ProcessEnv;
  /** The words after `--`, for a command that the verb runs. */
  further: readonly string[];
  /** For results: text that ends with a line end, on standard output. */
  output(text: string): void;
  /** For what goes on meanwhile, and for what could not be asked: one line, on standard error. */
  report(line: string): void;
  /** For progress that is redrawn in a terminal. */
  screen: Screen;
  /** Aborted when this process is first asked to end. A verb that changes something ends by itself then; the others are ended. */
  signal: AbortSignal;
  /** Says that the verb ends by itself after the signal, once it has left nothing half done. */
  endsItself(): void;
}

/** What is written to: standard error, or what stands for it in a test. */
export interface Screen {
  write(text: string): unknown;
  isTTY?: boolean;
}

/** What a verb ends with. */
export const exitCodes = {
  /** Done; of what asks: all is as wanted. */
  done: 0,
  /** Something failed, or could not be asked. */
  failed: 1,
  /** Somebody was asked, and something is not as wanted. */
  otherwise: 2,
  /** The command line is wrong: nothing was begun. */
  usage: 64,
  /** It was asked to end, and has not done everything. The next run of the same command does the rest. */
  interrupted: 130,
} as const;

/** A verb's work, whose exit code is that of the process. `pulumi up`'s own is passed on, too. */
export type Run = (context: LabContext) => Promise<number>;

/**
 * Declares a verb: its words, its help, and in its `action` what it does. What takes long to load is loaded only when it is run.
 * `call` is how the command is called: `npm run lab --`, or `peerlab` where it is installed.
 */
export type DeclareVerb = (program: Command, run: RunVerb, call: string) => void;

/** Does a verb's work. `takesFurther`: whether it takes words after `--`; any other verb refuses them before it begins. */
export type RunVerb = (work: Run, options?: { takesFurther?: boolean }) => Promise<void>;
