import * as path from "node:path";
import { engineFileName, type Platform } from "./platform";
import { lastLines, runCommand } from "./runCommand";
import { engineVersion } from "./version";

const command = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";

/** Whether there is a Go toolchain, and else why not. */
export async function findGo(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    const result = await runCommand("go", ["version"], { environment, timeout: 30_000 });
    if (result.code === 0) return undefined;
    return `go version failed: ${lastLines(result.stderr)}`;
  } catch {
    return "no go on PATH";
  }
}

/**
 * Builds the engine's command from its Go module into the folder `directory`. Versions and checksums of all modules are
 * those of `go.mod` and `go.sum` beside this file. Throws with the last lines of the compiler's output.
 */
export async function buildEngine(
  directory: string,
  platform: Platform,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
  const result = await runCommand(
    "go",
    [
      "build",
      "-mod=readonly",
      "-buildvcs=false",
      "-trimpath",
      `-ldflags=-s -w -X ${versionVariable}=v${engineVersion}`,
      "-o",
      path.join(directory, engineFileName(platform)),
      command,
    ],
    {
      cwd: __dirname,
      // The user's own flags and workspace are for other modules; without cgo no C compiler is needed.
      environment: { ...environment, GOFLAGS: "", GOWORK: "off", CGO_ENABLED: "0" },
    },
  );
  if (result.code !== 0) {
    throw new Error(
      `go build ended with ${result.code ?? "a signal"}: ${lastLines(result.stderr)}`,
    );
  }
}
