/**
 * Reads a workflow from standard input with GitHub's own parser, which holds the published schema, and prints what it finds wrong:
 * JSON, an array of texts. A process of its own, because the parser is an ES module and imports JSON as bundlers allow it: Node
 * wants to be told that it is JSON.
 */
import { readFileSync } from "node:fs";
import { register } from "node:module";

const loader = `
export function load(url, context, next) {
  const isJson = url.endsWith(".json");
  return next(url, isJson ? { ...context, importAttributes: { type: "json" } } : context);
}`;
register(`data:text/javascript,${encodeURIComponent(loader)}`);

const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } =
  await import("@actions/workflow-parser");
const content = readFileSync(0, "utf8");
const { context, value } = parseWorkflow(
  { name: "workflow.yml", content },
  new NoOperationTraceWriter(),
);
// The second reading finds what is wrong between jobs, such as one that needs a job that is not there.
const template = value && (await convertWorkflowTemplate(context, value));
const errors = [
  ...context.errors.getErrors().map(({ message }) => message),
  ...(template?.errors ?? []).map(({ Message }) => Message),
];
console.log(JSON.stringify([...new Set(errors)]));
