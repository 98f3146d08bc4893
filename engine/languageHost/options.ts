import type { ProgramInfo } from "@pulumi/pulumi/proto/language_pb";

/** `runtime.options` of `Pulumi.yaml`, `PulumiPlugin.yaml` or `PulumiPolicy.yaml`, as far as they concern running. */
export interface RuntimeOptions {
  /** Whether TypeScript is compiled while it is loaded. */
  typescript: boolean;
  /** Path of the `tsconfig.json` to use. */
  tsconfig?: string;
  /** Arguments for Node itself. */
  nodeArguments: string[];
}

/** Reads the options of a program. Throws where one has the wrong type. */
export function readRuntimeOptions(info: ProgramInfo): RuntimeOptions {
  const options = (info.getOptions()?.toJavaScript() ?? {}) as Record<string, unknown>;
  const { typescript = true, tsconfig, nodeargs = "" } = options;
  if (typeof typescript !== "boolean") throw wrongType("typescript", "a boolean", typescript);
  if (typeof nodeargs !== "string") throw wrongType("nodeargs", "a string", nodeargs);
  if (tsconfig !== undefined && typeof tsconfig !== "string") {
    throw wrongType("tsconfig", "a string", tsconfig);
  }
  return { typescript, tsconfig, nodeArguments: splitArguments(nodeargs) };
}

/** The variables by which `@pulumi/pulumi` learns of the options. */
export function optionVariables(options: RuntimeOptions): Record<string, string> {
  return {
    ...(options.typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
    ...(options.tsconfig ? { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig } : {}),
  };
}

/** Splits at white space outside of single or double quotes. */
function splitArguments(text: string): string[] {
  const parts = text.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g);
  return [...parts].map(([part]) => part.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}

function wrongType(name: string, wanted: string, value: unknown): Error {
  return new Error(`runtime.options.${name} must be ${wanted}, got ${JSON.stringify(value)}`);
}
