import { at, received } from "../components/plan/findings";
import { resourcePolicy } from "./policy";
import { elementsAt, textAt, unknown, valueAt } from "./properties";
import { azureType, azureTypes, type Resource, type ResourceFinding } from "./resource";

/** Names that end so say that a secret is in them; `PasswordLength` and `SecretUri` say something else. */
const secretEnd =
  "(?:pass(?:word|wd|phrase)|pwd|secret|token|credential|(?:private|access|account|api|storage|shared)[-_]?key|connection[-_]?string)";

/** Names of parameters that say a secret is in them. */
const secretName = new RegExp(`${secretEnd}$`, "i");

/** A text of PowerShell that holds no variable: in single quotes a dollar is only a dollar. */
const literal = `(?:'[^']+'|"[^"$]+")`;

/** Forms in which a script holds a secret as a literal. */
const secretLiterals: readonly { form: RegExp; what: string }[] = [
  {
    form: new RegExp(`\\$(?:\\w+:)?\\w*${secretEnd}\\s*=\\s*${literal}`, "i"),
    what: "a literal to a variable whose name says that it is secret",
  },
  {
    form: new RegExp(`[{;]\\s*["']?\\w*${secretEnd}["']?\\s*=\\s*${literal}`, "i"),
    what: "a literal to a key whose name says that it is secret",
  },
  {
    form: new RegExp(`\\s-\\w*${secretEnd}[\\s:]+${literal}`, "i"),
    what: "a literal to a parameter whose name says that it is secret",
  },
  {
    form: new RegExp(`ConvertTo-SecureString\\s(?:\\s*-\\w+)*\\s*${literal}`, "i"),
    what: "a literal to ConvertTo-SecureString",
  },
  {
    form: new RegExp(`NetworkCredential\\(\\s*[^,]+,\\s*${literal}`, "i"),
    what: "a literal to a credential",
  },
  {
    form: new RegExp(
      `(?<![.\\w])net1?(?:\\.exe)?\\s+user\\s+[^\\s/]+\\s+(?:${literal}|[^\\s/*$"'-])`,
      "i",
    ),
    what: "a password to net user",
  },
  { form: /-----BEGIN [A-Z ]*PRIVATE KEY-----/, what: "a private key" },
  { form: /\bAccountKey=[A-Za-z0-9+/]{20}/, what: "the key of a storage account" },
  { form: /[?&]sig=[A-Za-z0-9%+/]{20}/, what: "a signature that gives access" },
];

/**
 * A managed run command has to fail the deployment where its script fails, which Azure does only where it is asked to
 * (azure-compute-docs virtual-machines/windows/run-command-managed.md), and to be waited for. What it is given, beside
 * protectedParameters, stays readable in Azure and on the machine's disk.
 */
export function judgeRunCommand({ properties }: Resource): ResourceFinding[] {
  const findings: ResourceFinding[] = [];
  const fails = valueAt(properties, "treatFailureAsDeploymentFailure");
  if (fails !== true && fails !== unknown) {
    findings.push({
      path: "treatFailureAsDeploymentFailure",
      reason: `is ${fails === undefined ? "missing" : received(fails)}; a script that fails leaves a deployment that looks good, unless it is true`,
      rule: "RUNCMD-FAILS",
    });
  }
  if (valueAt(properties, "asyncExecution") === true) {
    findings.push({
      path: "asyncExecution",
      reason: "is true; nobody waits for the script or hears that it failed, unless it is false",
      rule: "RUNCMD-WAITS",
    });
  }
  for (const [index, parameter] of elementsAt(properties, "parameters")) {
    const name = textAt(parameter, "name");
    if (name === undefined || !secretName.test(name)) continue;
    findings.push({
      path: at(at("parameters", index), "value"),
      reason: `is readable in Azure and on the machine, and its name ${received(name)} says that it is secret; use protectedParameters`,
      rule: "RUNCMD-NO-SECRET",
    });
  }
  const script = textAt(properties, "source", "script") ?? "";
  for (const [index, line] of script.split("\n").entries()) {
    if (/^\s*#/.test(line)) continue;
    for (const { form, what } of secretLiterals) {
      if (!form.test(line)) continue;
      findings.push({
        path: "source.script",
        reason: `gives ${what} in line ${index + 1}; the script stays on the machine's disk: pass it through protectedParameters`,
        rule: "RUNCMD-NO-SECRET",
      });
    }
  }
  return findings;
}

export const runCommandsFail = resourcePolicy(
  {
    name: "run-commands-fail",
    description:
      "A managed run command fails the deployment where its script fails, and holds no secret.",
    enforcementLevel: "mandatory",
  },
  (type) => azureType(type) === azureTypes.runCommand,
  judgeRunCommand,
);
