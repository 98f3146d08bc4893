import * as fs from "node:fs";
import { createRequire } from "node:module";

// The engine starts this file with plain Node, twice for each command. ts-node would load TypeScript's compiler each time, for
// nothing but a look at the options in the tsconfig.json of whatever program is about to be run, which must not reach this one.
const require = createRequire(import.meta.url);
// In the package it is compiled, and there is no compiler.
const isCompiled = fs.existsSync(new URL("server.js", import.meta.url));
if (!isCompiled) {
  const { transformFileSync } = require("@swc/core");
  require.extensions[".ts"] = (module, file) => {
    const { code } = transformFileSync(file, {
      swcrc: false,
      jsc: { parser: { syntax: "typescript" }, target: "es2022" },
      module: { type: "commonjs" },
      sourceMaps: "inline",
    });
    module._compile(code, file);
  };
  process.setSourceMapsEnabled(true);
}

require(isCompiled ? "./server.js" : "./server.ts").serve(process.argv.slice(2));
