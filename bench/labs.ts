import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";

/** How many machines a person of a measured lab has. */
const machinesOfPerson = 5;

/** The lab of `npm start` has five machines. */
export const defaultLabSize = 5;

/**
 * A stack's configuration with a lab of that many machines: the lab of `npm start` where it is five, else people of five machines
 * each, the last one of fewer. All else is the default.
 */
export function configurationOf(machines: number): Record<string, unknown> {
  if (machines === defaultLabSize) {
    const file = path.join(__dirname, "../Pulumi.local.yaml");
    return (parse(fs.readFileSync(file, "utf8")) as { config: Record<string, unknown> }).config;
  }
  const people: Record<string, { machines: Record<string, object> }> = {};
  for (let index = 0; index < machines; index++) {
    const person = `person-${padded(Math.floor(index / machinesOfPerson))}`;
    people[person] ??= { machines: {} };
    people[person].machines[`pc-${padded(index)}`] = {};
  }
  return {
    "azure-native:location": "westeurope",
    "peerlab:adminSources": ["10.255.0.0/24"],
    "peerlab:people": people,
  };
}

/** So that the order of the keys is the order of the numbers. */
function padded(number: number): string {
  return String(number).padStart(3, "0");
}
