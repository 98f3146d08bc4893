/**
 * Loaded into each Node process of a measured command by `--require`: the one that runs the Pulumi program writes at its end what
 * it has used, into the file that PEERLAB_BENCH_USAGE names.
 */
const fs = require("node:fs");

const file = process.env.PEERLAB_BENCH_USAGE;
if (file && /@pulumi[\\/]pulumi[\\/]cmd[\\/]run([\\/]|$)/.test(process.argv[1] ?? "")) {
  process.on("exit", () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    const usage = {
      cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
      peakMegabytes: maxRSS / 1024,
    };
    fs.writeFileSync(file, JSON.stringify(usage));
  });
}
