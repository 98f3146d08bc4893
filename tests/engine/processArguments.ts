import { Worker } from "node:worker_threads";

/** Looks at the arguments of all processes of the computer until it is ended. */
export interface ArgumentWatch {
  /** Ends it; every argument list that was seen, once each, its arguments apart by zero bytes. */
  end(): Promise<Buffer[]>;
}

/** How often it looks, in milliseconds. */
const interval = 25;

/** Only Linux shows the arguments of processes as files; undefined elsewhere. */
export function watchArguments(): ArgumentWatch | undefined {
  if (process.platform !== "linux") return undefined;
  // In a thread of its own: the engine, the program and the stand-in keep this one busy.
  const worker = new Worker(
    `const fs = require("node:fs");
     const { parentPort } = require("node:worker_threads");
     const seen = new Set();
     const look = () => {
       for (const pid of fs.readdirSync("/proc")) {
         if (!/^[0-9]+$/.test(pid)) continue;
         try {
           seen.add(fs.readFileSync("/proc/" + pid + "/cmdline", "latin1"));
         } catch {
           // It has ended meanwhile.
         }
       }
     };
     look();
     const timer = setInterval(look, ${interval});
     parentPort.once("message", () => {
       clearInterval(timer);
       parentPort.postMessage([...seen]);
     });`,
    { eval: true },
  );
  return {
    end: () =>
      new Promise((resolve, reject) => {
        worker.once("error", reject);
        worker.once("message", (seen: string[]) =>
          resolve(seen.map((line) => Buffer.from(line, "latin1"))),
        );
        worker.postMessage("end");
      }),
  };
}
