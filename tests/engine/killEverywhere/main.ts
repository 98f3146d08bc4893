/**
 * Kills and cuts a lab at every point of every transition, and goes on from each in every way. Takes hours. Ends with 1
 * where anything is not healed.
 *
 *   --transition TEXT   only transitions whose name holds the text
 *   --point TEXT        only points whose description holds the text
 *   --sample NUMBER     only so many points of each kind in a transition, and at each one way to go on
 *   --part NUMBER/OF    only every OFth point, beginning with the NUMBERth: to split the loop over several computers
 */
import { parseArgs } from "node:util";
import { tallyOf } from "./tally";
import { transitions } from "./transitions";

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      transition: { type: "string", default: "" },
      point: { type: "string" },
      sample: { type: "string" },
      part: { type: "string", default: "1/1" },
    },
  });
  const sample = values.sample === undefined ? undefined : Number(values.sample);
  if (sample !== undefined && !(Number.isInteger(sample) && sample > 0)) {
    throw new Error(`--sample is "${values.sample}"; it is a whole number from 1.`);
  }
  const [, number, of] = (/^(\d+)\/(\d+)$/.exec(values.part) ?? []).map(Number);
  if (!number || !of || number > of) {
    throw new Error(`--part is "${values.part}"; it is like 2/3, the second of three parts.`);
  }
  const chosen = transitions.filter(({ name }) => name.includes(values.transition));
  if (chosen.length === 0) {
    const names = transitions.map(({ name }) => `"${name}"`).join(", ");
    throw new Error(`--transition is "${values.transition}"; there are ${names}.`);
  }
  const tallies = [];
  for (const transition of chosen) {
    const options = { sample, only: values.point, part: { number, of }, report: console.log };
    tallies.push(await tallyOf(transition, options));
  }
  const notHealed = tallies.flatMap((tally) => tally.notHealed);
  if (notHealed.length > 0) console.log(`\nNot healed:\n  ${notHealed.join("\n  ")}`);
  console.log(`\n${tallies.map(({ line }) => line).join("\n")}`);
  return notHealed.length === 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
