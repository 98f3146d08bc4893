/** What the policy pack adds to a preview of the lab of two people and five machines: `npx ts-node -T bench/policyPack.ts`. */
import * as path from "node:path";
import { openLabProject, twoPeople } from "../tests/engine/labProject";

/** Previews of each kind; they take turns, so that both see the same computer. */
const rounds = 3;

async function main(): Promise<void> {
  const lab = await openLabProject();
  try {
    lab.configure(twoPeople);
    const pack = ["--policy-pack", path.resolve(__dirname, "../policy")];
    const seconds: Record<string, number[]> = { "without the pack": [], "with the pack": [] };
    for (let round = 0; round < rounds; round++) {
      for (const [kind, times] of Object.entries(seconds)) {
        const start = process.hrtime.bigint();
        const run = await lab.preview(...(kind === "with the pack" ? pack : []));
        if (run.code !== 0) throw new Error(run.output);
        times.push(Number(process.hrtime.bigint() - start) / 1e9);
      }
    }
    for (const [kind, times] of Object.entries(seconds)) {
      const sorted = times.toSorted((a, b) => a - b).map((time) => time.toFixed(1));
      console.log(`${kind}: ${sorted[Math.floor(rounds / 2)]} s (${sorted.join(", ")})`);
    }
  } finally {
    await lab.close();
  }
}

void main();
