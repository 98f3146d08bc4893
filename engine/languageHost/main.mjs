import { createRequire } from "node:module";
import tsNode from "ts-node";

// The engine starts this file with plain Node, in the folder of whatever program it is about to run: the options of that
// program's own tsconfig.json must not reach the language host.
tsNode.register({
  swc: true,
  skipProject: true,
  compilerOptions: { module: "commonjs", target: "ES2022", esModuleInterop: true },
});

createRequire(import.meta.url)("./server.ts").serve(process.argv.slice(2));
