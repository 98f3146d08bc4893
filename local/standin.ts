import { isIPv6 } from "node:net";
import type { Duplex } from "node:stream";
import { getEngine, type Engine } from "../engine";
import { serveAzure, type AzureServer } from "./azure";
import { serveCommandProvider } from "./command";
import { chooseCommandProvider, linkPlugins, type CommandProviderKind } from "./commandProvider";
import { partsOf } from "./directory";
import { pulumiEnvironment, type JumpHostSetting } from "./environment";
import { createFaults } from "./faults";
import type { Faults, Network } from "./interfaces";
import { openJournal, type Journal } from "./journal";
import type { RequestObserver } from "./provider";
import { publishSession, takeDirectory } from "./session";
import { serveSsh } from "./ssh";
import { openWindows, type Windows } from "./windows";

/** Where connections from this computer seem to come from when they go to a machine's public address: the internet. */
const userAddress = { IPv4: "203.0.113.10", IPv6: "2001:db8:ffff::10" };

export interface StandInOptions {
  /** Where it keeps its state; made where it is missing. One process at a time. */
  directory: string;
  /** Chosen by what can be had, unless given. */
  commandProvider?: CommandProviderKind;
  /** The engine whose environment is given; looked for, and got where there is none, unless given. */
  engine?: Engine;
  /** The caller's environment. */
  environment?: NodeJS.ProcessEnv;
  /**
   * Awaited before and after the effect of every request of the engine, by which a test meets a run at a chosen point.
   * The genuine command provider is a process of its own, and its requests are not seen.
   */
  observe?: RequestObserver;
  /** Told what is used and what takes long, one sentence each. */
  report?: (message: string) => void;
}

/** Azure and Windows played on this computer. */
export interface StandIn {
  /** To be laid over the environment of a Pulumi command. Holds secrets. */
  environment: Record<string, string>;
  engine: Engine;
  commandProvider: CommandProviderKind;
  faults: Faults;
  journal: Journal;
  network: Network;
  /** Azure behind the program's back: what is there, a machine switched off or on, a resource made or deleted. */
  azure: Pick<AzureServer, "setPower" | "putResource" | "deleteResource" | "resources">;
  windows: Windows;
  jumpHost: JumpHostSetting;
  /** Opens a connection to a machine's public address as from the internet; undefined where no machine has it. */
  connect(to: string, port: number): Duplex | undefined;
  /** Ends all servers and gives the directory free; what was made stays in it. */
  close(): Promise<void>;
}

/**
 * Starts the stand-in on free ports of the loopback interface. Throws `StandInRunningError` where another process has the
 * directory; a process that was killed leaves it free.
 */
export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const { directory, environment: caller = process.env, report = () => {}, observe } = options;
  const engine = options.engine ?? (await getEngine({ environment: caller, report }));
  // What was started is ended in reverse, here when a later part fails and in close().
  const endings: (() => void | Promise<void>)[] = [takeDirectory(directory)];
  const close = async () => {
    for (const end of endings.splice(0).reverse()) await end();
  };
  try {
    const parts = partsOf(directory);
    const journal = openJournal(directory);
    const faults = createFaults();
    const network = (): Network => azure.network;

    const windows = openWindows({ directory: parts.windows, journal, faults, network });
    endings.push(() => windows.close());
    const azure = await serveAzure({ directory: parts.azure, journal, faults, windows, observe });
    endings.push(() => azure.close());
    const ssh = await serveSsh({ directory: parts.ssh, journal, network, windows });
    endings.push(() => ssh.close());

    const fromInternet: StandIn["connect"] = (to, port) =>
      ssh.connect(isIPv6(to) ? userAddress.IPv6 : userAddress.IPv4, to, port);
    const providers: Record<string, number> = { "azure-native": azure.port };
    const choice = options.commandProvider
      ? { kind: options.commandProvider, reason: "asked for" }
      : await chooseCommandProvider({ engine: engine.path, environment: caller });
    if (choice.kind === "standIn") {
      const command = await serveCommandProvider({
        journal,
        observe,
        connect: fromInternet,
      });
      endings.push(() => command.close());
      providers.command = command.port;
    }
    linkPlugins(parts.home, caller);
    report(
      choice.kind === "genuine"
        ? `Remote commands run through the genuine command provider (${choice.reason}).`
        : `Remote commands run through the stand-in for the command provider (${choice.reason}).`,
    );

    const { host, port, user, password, hostKey, privateAddress } = ssh.jumpHost;
    const jumpHost: JumpHostSetting = { host, port, user, password, hostKey, privateAddress };
    const { resourceManager } = azure;
    endings.push(
      publishSession(directory, { pid: process.pid, engine, providers, resourceManager, jumpHost }),
    );
    const environment = pulumiEnvironment({
      directory,
      caller,
      providers,
      resourceManager,
      jumpHost,
      engine,
    });
    return {
      environment,
      engine,
      commandProvider: choice.kind,
      faults,
      journal,
      network: azure.network,
      azure,
      windows,
      jumpHost,
      connect: fromInternet,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
