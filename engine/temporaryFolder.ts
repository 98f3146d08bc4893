import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/**
 * Uses a folder of its own, readable for the user alone, which is gone afterwards: also where the use fails, and where the process
 * ends itself meanwhile, as it does for whoever presses Ctrl-C.
 */
export async function withTemporaryFolder<T>(
  prefix: string,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), prefix));
  // An engine that ends a moment later may write one more file meanwhile.
  const remove = () => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.once("exit", remove);
  try {
    return await use(folder);
  } finally {
    process.off("exit", remove);
    remove();
  }
}
