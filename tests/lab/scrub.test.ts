import * as assert from "node:assert/strict";
import * as crypto from "node:crypto";
import * as fc from "fast-check";
import { removed, scrubber, shortestSecret } from "../../lab/scrub";
import { secretsOfStack } from "../../lab/secretsOfStack";
import { tries } from "../properties/seed";
import { encodings, SecretScanner } from "../secretScanner";

const password = fc
  .array(fc.constantFrom(..."abcXYZ0189+/=%&<>\"\\'-_ é"), { minLength: 12, maxLength: 40 })
  .map((letters) => letters.join(""))
  // What does not vary is found everywhere.
  .filter((text) => new Set(text).size > 6 && text.trim() !== "");
const around = fc.string({ unit: fc.constantFrom("q", ".", "\n", "ü", "#"), maxLength: 30 });
const exported = () => {
  const data = crypto.randomBytes(900).toString("base64");
  const xml = `<PEERIDENTITYEXPORT VERSION="1.0"><DATA>${data}</DATA></PEERIDENTITYEXPORT>`;
  return { data, whole: Buffer.from(xml, "utf16le").toString("base64") };
};

describe("lab/scrub", () => {
  it("finds a secret in every encoding that the tests look for, wherever it stands", () => {
    fc.assert(
      fc.property(password, around, around, (secret, before, after) => {
        const scrub = scrubber([secret]);
        const bytes = Buffer.from(secret);
        const scanner = new SecretScanner([{ name: "it", bytes }]);
        for (const [encoding, encode] of Object.entries(encodings)) {
          // Bytes of UTF-16 reach no text here: what is not ASCII or UTF-8 was decoded before.
          if (encoding.startsWith("UTF-16")) continue;
          for (const form of encode(bytes)) {
            const { text, count } = scrub(`${before}${form.toString("utf8")}${after}`);
            assert.deepEqual(scanner.scan(Buffer.from(text)), [], `${encoding}: ${text}`);
            assert.ok(count > 0, encoding);
          }
        }
      }),
      tries(60),
    );
  });

  it("leaves a text alone in which no secret is, and is done after once", () => {
    fc.assert(
      fc.property(
        password,
        fc.string({ unit: fc.constantFrom("q", "w", "\n", "."), maxLength: 200 }),
        (secret, text) => {
          const scrub = scrubber([secret]);
          assert.deepEqual(scrub(text), { text, count: 0 });
          const once = scrub(`${text}${secret}${text}`).text;
          assert.deepEqual(scrub(once), { text: once, count: 0 });
        },
      ),
      tries(100),
    );
  });

  it("finds a piece of an exported identity, of its data, and one that is wrapped into lines", () => {
    const { data, whole } = exported();
    const scrub = scrubber([whole]);
    for (const secret of [whole, data]) {
      for (const [from, length] of [
        [200, 24],
        [333, 60],
        [501, 300],
      ] as const) {
        const piece = secret.slice(from, from + length);
        assert.deepEqual(scrub(`a ${piece}; b`), { text: `a ${removed}; b`, count: 1 }, piece);
      }
      const lines = secret.match(/.{1,64}/g) ?? [];
      const { text } = scrub(lines.join("\n"));
      for (const line of lines.filter(({ length }) => length >= 24)) {
        assert.ok(!text.includes(line));
      }
    }
  });

  it("takes out what is a private key or an exported identity by its shape, known to nobody", () => {
    const body = crypto.randomBytes(600).toString("base64");
    const { privateKey } = crypto.generateKeyPairSync("ed25519", {
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    for (const shape of [
      privateKey.trim(),
      `MII${body}`,
      `MII${body.match(/.{1,64}/g)?.join("\r\n")}`,
      '<PEERIDENTITYEXPORT VERSION="1.0"><DATA>x</DATA></PEERIDENTITYEXPORT>',
      exported().whole,
    ]) {
      const { text, count } = scrubber([])(`before ${shape} after`);
      assert.equal(text.replace(/\[secret\]=*/, removed), `before ${removed} after`);
      assert.equal(count, 1);
    }
    const certificate = `-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----`;
    assert.equal(scrubber([])(certificate).text, certificate);
  });

  it("knows a secret of another one's beginning, and none too short to be told from words", () => {
    const scrub = scrubber(["abcdefgh", "abcdefgh12345", "a".repeat(shortestSecret - 1)]);
    assert.equal(scrub("x abcdefgh12345 y abcdefgh z aaa").text, `x ${removed} y ${removed} z aaa`);
  });
});

describe("lab/secretsOfStack", () => {
  it("finds what is secret by its name in state, requests, configuration and environment, and nothing else", () => {
    const request = { instance: "an instance", userPassword: "user-password-1" };
    const found = secretsOfStack({
      project: "lab",
      resources: [
        {
          urn: "urn:pulumi:s::lab::command:remote:Command::x",
          type: "command:remote:Command",
          inputs: { stdin: JSON.stringify(request), connection: { privateKey: "a private key" } },
          outputs: {
            stdout: JSON.stringify({
              invitations: [{ identity: "1.a", invitation: "an invitation" }],
            }),
          },
        },
        {
          urn: "urn:pulumi:s::lab::pulumi:index:Stash::lab-ada-export-password",
          type: "pulumi:index:Stash",
          outputs: { output: "a kept password" },
        },
        {
          urn: "urn:pulumi:s::lab::pulumi:pulumi:Stack::lab",
          type: "pulumi:pulumi:Stack",
          outputs: {
            adminPasswords: { "ada-1": "admin-password-1" },
            exportedIdentities: { ada: { peerName: "open", exportedIdentity: "an export" } },
          },
        },
      ],
      settings: { "lab:adminPassword": "configured-password" },
      environment: { PULUMI_CONFIG_PASSPHRASE: "the passphrase", PATH: "/bin" },
    });
    assert.deepEqual(found.sort(), [
      "a kept password",
      "a private key",
      "admin-password-1",
      "an export",
      "an invitation",
      "configured-password",
      "the passphrase",
      "user-password-1",
    ]);
  });
});
