/**
 * Starts the pack. The runner of policy packs checks the types of everything that it loads, each time anew, which takes
 * longer than all that the pack does in a preview; types are checked when the project is tested, and only stripped here.
 */
const fs = require("node:fs");
const ts = require("typescript");

const compilerOptions = {
  module: ts.ModuleKind.CommonJS,
  target: ts.ScriptTarget.ES2022,
  esModuleInterop: true,
};

require.extensions[".ts"] = (module, fileName) => {
  const source = fs.readFileSync(fileName, "utf8");
  module._compile(ts.transpileModule(source, { compilerOptions, fileName }).outputText, fileName);
};

require("./index.ts");
