import * as fs from "node:fs";
import * as os from "node:os";

const memory = "/dev/shm";
const roomNeeded = 256 * 1024 * 1024;

/**
 * Where tests keep data that is written again and again and is not to outlive them: in memory where Linux offers that, else
 * the temporary folder. Programs do not belong there: it may forbid to run them.
 */
export function memoryFolder(): string {
  try {
    fs.accessSync(memory, fs.constants.W_OK);
    const { bavail, bsize } = fs.statfsSync(memory);
    return bavail * bsize >= roomNeeded ? memory : os.tmpdir();
  } catch {
    return os.tmpdir();
  }
}
