import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Whether the packages in `node_modules` are those of `package-lock.json`: npm writes down beside them what it installed.
 * Optional packages may be missing (they are those of other platforms).
 *
 * @param {string} root the folder of `package.json`
 * @returns {boolean}
 */
export function packagesMatchLock(root) {
  const wanted = readPackages(path.join(root, "package-lock.json"));
  const installed = readPackages(path.join(root, "node_modules", ".package-lock.json"));
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(([folder, entry]) => {
    if (folder === "" || entry.link) return true;
    const present = installed[folder];
    if (!present) return Boolean(entry.optional || entry.devOptional || entry.peer);
    return present.version === entry.version && present.integrity === entry.integrity;
  });
}

/**
 * Installs the packages of `package-lock.json`, unless they are there. npm's output is only shown where it fails.
 *
 * @param {string} root the folder of `package.json`
 * @returns {Promise<number>} npm's exit code
 */
export async function installPackages(root) {
  if (packagesMatchLock(root)) return 0;
  process.stderr.write(
    "Installing the npm packages of package-lock.json (npm ci): about half a minute.\n",
  );
  const { code, output } = await runNpm(root, ["ci", "--no-audit", "--no-fund"]);
  if (code !== 0) process.stderr.write(`${output}\nnpm ci failed with exit code ${code}.\n`);
  return code;
}

/**
 * The script of a command that an installed package brings, as its own `package.json` names it.
 *
 * @param {string} root the folder of `package.json`
 * @param {string} command for example `mocha`
 * @returns {string | undefined}
 */
export function findPackageCommand(root, command) {
  const packages = readPackages(path.join(root, "package-lock.json")) ?? {};
  const direct = Object.entries(packages)
    .filter(([folder, entry]) => folder !== "" && entry.bin && command in entry.bin)
    .map(([folder, entry]) => path.join(root, folder, entry.bin[command]))
    // A package inside of another one belongs to that one alone.
    .sort((a, b) => a.length - b.length);
  return direct[0];
}

/**
 * @param {string} file
 * @returns {Record<string, Record<string, any>> | undefined}
 */
function readPackages(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")).packages ?? {};
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw new Error(`${file} cannot be read: ${error.message}`);
  }
}

/**
 * @param {string} root
 * @param {string[]} args
 * @returns {Promise<{ code: number, output: string }>}
 */
function runNpm(root, args) {
  // npm names its own script to what it runs. Outside of npm it is found on PATH, on Windows as npm.cmd, which Node only
  // starts through a shell; the arguments are ours and need no quoting.
  const script = process.env.npm_execpath;
  const [file, allArgs, shell] = script?.endsWith(".js")
    ? [process.execPath, [script, ...args], false]
    : ["npm", args, process.platform === "win32"];
  return new Promise((resolve) => {
    let output = "";
    const child = spawn(file, allArgs, { cwd: root, shell, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.on("data", (data) => (output += data));
    child.stderr.on("data", (data) => (output += data));
    child.on("error", (error) =>
      resolve({ code: 1, output: `npm cannot be run: ${error.message}` }),
    );
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
