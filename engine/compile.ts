/**
 * `npm pack` runs this first: it translates the command line into JavaScript, since Node loads no TypeScript from node_modules and a
 * user has no compiler. Types are checked by `npm run typecheck`.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";

/** What `lab/main.ts` loads or reads, directly or not. */
const folders = ["components", "engine", "guest", "lab"];

/** Translates into `target`, which is made anew; what is no TypeScript is copied, so that each file finds the others where they were. */
function compile(root: string, target: string): void {
  const { config } = ts.readConfigFile(path.join(root, "tsconfig.json"), ts.sys.readFile) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  fs.rmSync(target, { recursive: true, force: true });
  fs.mkdirSync(target, { recursive: true });
  // Where the version is read.
  fs.copyFileSync(path.join(root, "package.json"), path.join(target, "package.json"));
  for (const folder of folders) {
    const entries = fs.readdirSync(path.join(root, folder), {
      recursive: true,
      withFileTypes: true,
    });
    for (const entry of entries.filter((one) => one.isFile())) {
      const from = path.join(entry.parentPath, entry.name);
      const to = path.join(target, path.relative(root, from));
      fs.mkdirSync(path.dirname(to), { recursive: true });
      if (!from.endsWith(".ts")) {
        fs.copyFileSync(from, to);
        continue;
      }
      const { outputText } = ts.transpileModule(fs.readFileSync(from, "utf8"), {
        compilerOptions: { ...options, noEmit: false },
        fileName: from,
      });
      fs.writeFileSync(to.replace(/\.ts$/, ".js"), outputText);
    }
  }
}

const root = path.dirname(__dirname);
compile(root, path.join(root, "dist"));
