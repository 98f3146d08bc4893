import type { ResourceValidationPolicy } from "@pulumi/policy";
import { at } from "../components/plan/findings";
import { describe, resourceOf } from "./policy";
import { secretPaths, textsOf } from "./properties";
import type { Resource, ResourceFinding } from "./resource";
import { isBelow, noteMarks } from "./shown";

/** Names of properties that hold a secret wherever they stand. */
export const secretNames: readonly string[] = [
  "adminPassword",
  "administratorLoginPassword",
  "exportPassword",
  "exportedIdentity",
  "password",
  "privateKey",
  "privateKeyPassword",
];

/**
 * Ends of names that say the same, in any case: `runAsPassword`, `DB_PASSWORD`, `sharedKey`, `storageAccountKey`. Names of keys to
 * look up (`secretName`, `keyVaultSecretUri`) end otherwise.
 */
const secretEnds =
  /(pass(word|wd|phrase)|_pwd|clientsecret|sharedkey|(account|access|api|storage)_?key|(sas|access|auth|api)_?token|_(secret|token)|connectionstring)$/i;

/** And what a remote command is sent: a request of the guest contract holds the lab user's password. */
const remoteNames: readonly string[] = ["stdin"];

/** Properties of which everything, or the part with the given name, is secret. */
const secretParents: readonly { name: string; part?: string }[] = [
  { name: "protectedParameters", part: "value" },
  { name: "protectedSettings" },
];

/** Packages whose properties are judged by their names. */
const packages = /^(azure-native(_[^:]+)?|command|peerlab):/;

/**
 * What is secret by its name and is not marked, though its value is known. `marked` are the paths of the marks; a mark holds
 * for everything below it.
 */
export function unmarkedSecrets(
  { type, properties }: Pick<Resource, "type" | "properties">,
  marked: ReadonlySet<string>,
  alsoSecret: readonly string[] = [],
): ResourceFinding[] {
  const names = new Set([
    ...secretNames,
    ...(type.startsWith("command:remote:") ? remoteNames : []),
    ...alsoSecret,
  ]);
  return Object.entries(properties).flatMap(([property, value]) => {
    return [...textsOf(value, at("", property), property)]
      .filter(({ text }) => text !== "")
      .filter(
        ({ key, path }) => names.has(key) || secretEnds.test(key) || isInSecretParent(path, key),
      )
      .filter(({ path }) => !isBelow(path, marked))
      .map(({ path }) => ({
        path,
        reason:
          "is not marked as secret, so that the state and every preview hold it in plain text; pass it as pulumi.secret(...) or from a secret of the configuration",
        rule: "SECRET-MARKED",
      }));
  });
}

/** Whether a property on the way to the text holds secrets; it may stand at any depth. */
function isInSecretParent(path: string, key: string): boolean {
  return secretParents.some(
    ({ name, part }) =>
      new RegExp(`(^|\\.)${name}([.[]|$)`).test(path) && (part === undefined || part === key),
  );
}

/**
 * The two policies on secrets. A validation is handed every secret with its mark taken off; a remediation sees the marks, and
 * the engine asks for it on each resource before the validation. So the first notes the marks, and changes nothing.
 */
export function secretPolicies(): ResourceValidationPolicy[] {
  const marks = new Map<string, ReadonlySet<string>>();
  let said = false;
  return [
    {
      name: "secrets-seen",
      description:
        "Notes which properties are marked as secret, for secrets-marked; it changes nothing and finds nothing.",
      enforcementLevel: "remediate",
      remediateResource: ({ type, urn, props }) => {
        const paths = secretPaths(props);
        noteMarks(urn, paths);
        if (packages.test(type)) marks.set(urn, paths);
      },
    },
    {
      name: "secrets-marked",
      description: "Passwords, keys and requests are secret in the state.",
      enforcementLevel: "mandatory",
      configSchema: {
        properties: { alsoSecret: { type: "array", items: { type: "string" }, default: [] } },
      },
      validateResource: (args, report) => {
        if (!packages.test(args.type)) return;
        const marked = marks.get(args.urn);
        if (marked) {
          const { alsoSecret } = args.getConfig<{ alsoSecret?: string[] }>();
          for (const finding of unmarkedSecrets(resourceOf(args), marked, alsoSecret)) {
            report(describe(finding));
          }
        } else if (!said) {
          said = true;
          report(
            'cannot tell what is secret, since secrets-seen did not run: give it the level "remediate", or switch secrets-marked off too',
          );
        }
      },
    },
  ];
}
