import type { GuestAction, GuestFailure } from "../../../guest/contract";

/**
 * The contract suite: one table of requests and expected answers, run on every subject that claims to be the Windows side
 * (the stand-in's machines, the C# under mono, the whole of it in PowerShell).
 */

/** Something wrong with a machine for as long as it is set. */
export type Fault =
  /** No identity can be made or imported: `PEER_E_TOO_MANY_IDENTITIES`. */
  | "identityStoreFull"
  /** The session opens no keys of its user; a one-shot task under the user's password does. */
  | "keysClosed"
  /** Nobody opens keys: the rights on the user's key folder are wrong. */
  | "keyFolderRefused"
  /** The user's own identity store is corrupted (`PEER_E_CERT_STORE_CORRUPTED`) until its file is deleted. */
  | "storeCorrupted"
  /** An import stores another key than the export's. */
  | "wrongKey"
  /** The edition does not carry the stack: `PEER_E_NOT_LICENSED`. */
  | "noLicense"
  /** The service PNRPsvc does not run and cannot be started. */
  | "pnrpStopped"
  /** IPv6 is off. */
  | "ipv6Off"
  /** The registry switches IPv6 off (DisabledComponents 255), in force since the last boot. */
  | "ipv6Disabled"
  /** IPv6 is not bound to the network adapter. */
  | "ipv6Unbound"
  /** A policy forbids all peer networking. */
  | "peernetDisabled"
  /** A policy forbids the scheduler to store passwords (0x80070520). */
  | "storedPasswordsForbidden"
  /** The machine finds no other node of the cloud. */
  | "cloudAlone"
  /** No cloud is there at all: `PEER_E_NO_CLOUD`. */
  | "noCloud"
  /** The machine's clock is a day ahead. */
  | "clockAhead"
  /** Windows keeps TCP 47303 for itself: no listener opens there. */
  | "portReserved"
  /** Inbound connections from other machines are dropped. */
  | "inboundDropped"
  /** PNRPsvc's own store is corrupted: it does not start (0x80630801). */
  | "pnrpStoreCorrupted"
  /** PNRPsvc cannot read the machine keys: it does not start (0x80630203). */
  | "pnrpNoKeyAccess";

/** Something that happens to a machine once. */
export type MachineEvent =
  /** The lab user's password was reset from outside: the keys of the identities held now are lost. */
  | "keysLost"
  /** The lab user changed the password by password.ps1, and back to what it was. */
  | "passwordChanged"
  /** Windows restarts. */
  | "reboot"
  /** The holder's process is ended from outside. */
  | "holderKilled"
  /** Somebody takes the right to log on as a batch job from the lab user. */
  | "batchRightLost"
  /** Somebody switches the machine's firewall rules of ours off. */
  | "rulesDisabled"
  /** Half of the default lifetime of a credential (14 days) passes, on all machines of the network. */
  | "fortnight";

/** What not every subject can play. A case that needs one of them is skipped by name where it cannot be played. */
export type Ability =
  | Fault
  | MachineEvent
  /** Ending an action's process in the middle: {@link SubjectMachine.runCut}. */
  | "cut"
  /** Machines of kind `server`. */
  | "server"
  /** Machines that reach each other: groups, names, ports. */
  | "network"
  /** TCP between these machines, through firewalls and security groups. */
  | "connections"
  /** The section `networking` of a machine's state. */
  | "networking"
  /** A task scheduler that refuses a wrong `userPassword`. */
  | "scheduler";

/** The lab user's password on every machine of a subject, for requests with `userPassword`. */
export const labPassword = "Correct-Horse-7-Battery";

/** What the lab user's password is in between, where it is changed and changed back. */
export const otherPassword = "Other-Horse-8-Battery";

export interface Subject {
  /** `mono`, `stand-in`, `pwsh`. */
  readonly name: string;
  /** Why it cannot run on this computer, one sentence; absent: it can. */
  readonly unavailable?: string;
  /** Whether CI may do without it. */
  readonly mayBeMissing?: boolean;
  /** The actions that it answers. */
  readonly actions: ReadonlySet<GuestAction>;
  readonly abilities: ReadonlySet<Ability>;
  /** A network without machines. */
  openNetwork(): Promise<SubjectNetwork>;
}

export interface MachineSetup {
  /** A Windows 11 client where absent. */
  kind?: "client" | "server";
  /** What is wrong with it from the beginning. */
  faults?: Fault[];
}

/** Machines that share one cloud and reach each other. */
export interface SubjectNetwork {
  /** A prepared machine on which nobody has done anything yet. Called once for a name. */
  machine(name: string, setup: MachineSetup): Promise<SubjectMachine>;
  /** Keeps the state of all machines; what it returns brings them back to it. Only with the ability `cut`. */
  save?(): Promise<() => Promise<void>>;
  /** Ends everything of it and removes its files; fails where something leaked (memory, handles, processes). */
  close(): Promise<void>;
}

export interface SubjectMachine {
  readonly name: string;
  /** One of the machine's IPv6 addresses; empty where the subject has no network. */
  readonly address: string;
  /** Runs an action of a request without envelope (contract, instance and guestFiles are the subject's affair). */
  run(action: GuestAction, request: object): Promise<Answer>;
  /**
   * Runs an action whole and says at which points it can be cut so that each state it can leave is met: every lasting change
   * before and after. Only with the ability `cut`.
   */
  cutPoints?(action: GuestAction, request: object): Promise<string[]>;
  /** Runs an action whose process is ended at that point; true where it was. Only with the ability `cut`. */
  runCut?(action: GuestAction, request: object, point: string): Promise<boolean>;
  /** From now on exactly these faults. */
  setFaults(faults: Fault[]): Promise<void>;
  play(event: MachineEvent): Promise<void>;
}

/** What came back: the report without `action` and the facts of the machine, or the failure. */
export type Answer = { report: Report } | { failure: GuestFailure };

/** The shape is what the suite is there to find out. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Report = any;

/** What a case keeps from step to step; `known.addresses` holds each machine's address by its name. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Known = Record<string, any>;

/** One row of the table. */
export interface ContractCase {
  /** What it proves: completes the sentence "The Windows side ...". */
  name: string;
  /** Machines by name; all are clients without faults where absent: the names used by the steps. */
  machines?: Record<string, MachineSetup>;
  /** Needed beyond the faults and events that the case names. */
  needs?: Ability[];
  steps: Step[];
}

export type Step = ActionStep | FaultStep | EventStep;

export interface ActionStep {
  /** The machine's name. */
  on: string;
  action: GuestAction;
  /** Without envelope; absent: nothing in it. */
  request?: object | ((known: Known) => object);
  expect: Expectation;
  /** Keeps what later steps need. */
  keep?: (report: Report, known: Known) => void;
  /** The step is repeated until it is as expected, for at most 40 seconds. */
  eventually?: boolean;
  /**
   * This step and the ones after it are run once for each point at which the subject can cut it: there it is cut, then run
   * again whole, and has to be as expected, as have the steps after it. At most one step of a case.
   */
  cutEverywhere?: boolean;
  /** With `cutEverywhere`: the step is not run again, so that the next ones meet what the cut one left. */
  leaveCut?: boolean;
}

export interface FaultStep {
  on: string;
  faults: Fault[];
}

export interface EventStep {
  on: string;
  event: MachineEvent;
}

export type Expectation =
  | {
      /** The exact report, or a function of what is known that gives it, or one that asserts and gives nothing. */
      report: object | ((report: Report, known: Known) => object | void);
    }
  | { failure: ExpectedFailure | ((known: Known) => ExpectedFailure) };

export interface ExpectedFailure {
  code: string;
  /** `0x` and eight hex digits; null: there is none; absent: not compared. */
  hresult?: string | null;
  message?: RegExp | string;
  hint?: RegExp | string;
}

/** Part of every secret and of every wrong value in a request of the suite; no failure may repeat it. */
export const canary = "Canary";
