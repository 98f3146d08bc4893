import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { exitCodes, type LabContext } from "./context";
import { readLab } from "./labInState";
import { mapOf, type LabMap } from "./map/mapModel";
import { networksOf } from "./map/networks";
import { pageOf } from "./map/page";
import { readReport } from "./map/reportFile";
import { svgFile } from "./map/svg";
import { asItIsNow, openProject } from "./stack";

/** What a map can be. */
export const mapFormats = ["svg", "html"] as const;
export type MapFormat = (typeof mapFormats)[number];

export interface MapOptions {
  stack?: string;
  /** Where it goes; standard output by default. */
  output?: string;
  /** By default what the file's extension says; HTML on standard output. */
  format?: MapFormat;
  /** What `check --output` wrote. */
  report?: string;
  /** Replaces a file that exists. */
  force?: boolean;
}

/** Draws the lab of a stack as its state has it. */
export async function drawMap(context: LabContext, options: MapOptions): Promise<number> {
  const { folder, environment, report, output } = context;
  const format = formatOf(options);
  if (format === undefined) {
    report(
      `${options.output}: of the file's extension the map's format is not known; it is .svg, .html or .htm, or name it with --format.`,
    );
    return exitCodes.usage;
  }
  // Before the stack is asked, which takes a while.
  const target = options.output === undefined ? undefined : path.resolve(folder, options.output);
  if (target !== undefined) refuseTarget(target, options.force === true);
  const reportText = options.report && readText(path.resolve(folder, options.report));
  const project = await openProject({ project: folder, environment, report });
  const name = await project.find(options.stack);
  const stack = asItIsNow(project.stack(name));
  const found = reportText ? readReport(reportText, options.report as string, name) : undefined;
  const [lab, summaries] = await Promise.all([readLab(stack), project.stacks()]);
  const map = mapOf({
    lab,
    networks: networksOf(await stack.resources()),
    updated: summaries.find((one) => one.name === name)?.lastUpdate,
    report: found,
  });
  for (const remark of map.remarks) report(remark);
  const text = textOf(map, format);
  if (target === undefined) output(text);
  else {
    writeWhole(target, text);
    const size = Math.ceil(Buffer.byteLength(text) / 1024);
    report(`${options.output}: the map of ${lab.machines.length} machines, ${size} KiB.`);
  }
  return exitCodes.done;
}

/** A map in a format. */
export function textOf(map: LabMap, format: MapFormat): string {
  return format === "svg" ? svgFile(map) : pageOf(map);
}

/** The wanted format; undefined where the file's extension says none. */
export function formatOf({
  output,
  format,
}: Pick<MapOptions, "output" | "format">): MapFormat | undefined {
  if (format !== undefined || output === undefined) return format ?? "html";
  const extension = path.extname(output).toLowerCase();
  if (extension === ".svg") return "svg";
  return extension === ".html" || extension === ".htm" ? "html" : undefined;
}

function refuseTarget(file: string, force: boolean): void {
  const found = fs.statSync(file, { throwIfNoEntry: false });
  if (found && !found.isFile()) {
    throw new Error(`${file} exists and is no ordinary file; nothing was written.`);
  }
  if (found && !force) {
    throw new Error(
      `${file} exists; nothing was written. Name another one, or let --force replace it.`,
    );
  }
  if (!fs.existsSync(path.dirname(file))) {
    throw new Error(`There is no folder ${path.dirname(file)}; nothing was written.`);
  }
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`The report ${file} cannot be read: ${(error as Error).message}`);
  }
}

/** Writes a file that is there as a whole or not at all. */
function writeWhole(file: string, text: string): void {
  const beside = path.join(path.dirname(file), `.${crypto.randomUUID()}.unfinished`);
  try {
    fs.writeFileSync(beside, text, { flag: "wx" });
    fs.renameSync(beside, file);
  } catch (error) {
    fs.rmSync(beside, { force: true });
    // The user has never heard of the unfinished one.
    throw new Error(`${file} cannot be written: ${(error as Error).message.split(",")[0]}.`);
  }
}
