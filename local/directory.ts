import * as path from "node:path";

/** Where the stand-in keeps everything: `PEERLAB_LOCAL_DIRECTORY`, else `.peerlab/local` in the checkout. */
export function localDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.PEERLAB_LOCAL_DIRECTORY
    ? path.resolve(environment.PEERLAB_LOCAL_DIRECTORY)
    : path.join(path.dirname(__dirname), ".peerlab", "local");
}

/** The parts of the stand-in's directory. */
export function partsOf(directory: string) {
  return {
    azure: path.join(directory, "azure"),
    windows: path.join(directory, "windows"),
    ssh: path.join(directory, "ssh"),
    /** The state of the Pulumi stacks. */
    backend: path.join(directory, "backend"),
    /** Pulumi's own home, so that the user's login and selected stacks are not touched. */
    home: path.join(directory, "home"),
    passphrase: path.join(directory, "passphrase"),
    session: path.join(directory, "session.json"),
    guests: path.join(directory, "guests"),
    eventLog: path.join(directory, "up.ndjson"),
    /** Beside the directory and not in it, so that a reset can remove all of the directory while it holds the lock. */
    lock: `${directory}.lock`,
  };
}
