import * as os from "node:os";
import { getEngine } from "../engine";
import type { MachineFacts } from "./results";

/** What the figures depend on. Gets the engine, so that no measured command has to. */
export async function machineFacts(): Promise<MachineFacts> {
  const engine = await getEngine();
  return {
    date: new Date().toISOString(),
    processor: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: os.availableParallelism(),
    memoryGigabytes: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.platform()} ${os.arch()}`,
    node: process.versions.node,
    engine: `${engine.version} (${engine.origin})`,
    commandProvider: "standIn",
  };
}
