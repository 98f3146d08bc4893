import * as assert from "node:assert/strict";
import * as crypto from "node:crypto";
import fc from "fast-check";
import { encodings, SecretScanner } from "./secretScanner";

const password = 'Pa"ss<w>&rd/+ é\\%9';
const text = { name: "password", bytes: Buffer.from(password) };
const key = { name: "key", bytes: crypto.randomBytes(300), piece: 24 };
const surroundings = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
const namesFound = (scanner: SecretScanner, content: Buffer) =>
  scanner.scan(content).map(({ secret }) => secret);

describe("tests/secretScanner", () => {
  const scanner = new SecretScanner([text, key]);

  for (const [encoding, encode] of Object.entries(encodings)) {
    it(`finds a text as ${encoding}, whatever stands around it`, () => {
      const forms = encode(text.bytes);
      assert.notEqual(forms.length, 0);
      const anyForm = fc.constantFrom(...forms);
      fc.assert(
        fc.property(surroundings, anyForm, surroundings, (before, form, after) => {
          const content = Buffer.concat([before, form, after]);
          assert.deepEqual(namesFound(scanner, content).includes("password"), true);
        }),
      );
    });
  }

  it("finds a text in base64 of a longer text at each of the three alignments", () => {
    for (const before of ["", "x", "xy", "xyz", '{"password":"']) {
      for (const after of ["", "z", "zz", '"}']) {
        const plain = Buffer.from(before + password + after);
        const twice = Buffer.from(plain.toString("base64")).toString("base64");
        for (const encoded of [plain.toString("base64"), plain.toString("base64url"), twice]) {
          const content = Buffer.from(encoded);
          assert.deepEqual([...new Set(namesFound(scanner, content))], ["password"]);
        }
        const command = Buffer.from(before + password + after, "utf16le").toString("base64");
        assert.deepEqual(namesFound(scanner, Buffer.from(command)), ["password"]);
      }
    }
  });

  it("finds any part of a key of twice the piece's length, in each encoding that bytes have", () => {
    const pem = (bytes: Buffer) =>
      Buffer.from(bytes.toString("base64").replace(/(.{64})/g, "$1\r\n"));
    const exportForm = (bytes: Buffer) =>
      Buffer.from(
        Buffer.from(`<DATA>${bytes.toString("base64")}</DATA>`, "utf16le").toString("base64"),
      );
    const forms = [
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => Buffer.from(bytes.toString("hex")),
      (bytes: Buffer) => Buffer.from(bytes.toString("hex").toUpperCase()),
      (bytes: Buffer) => Buffer.from(bytes.toString("base64")),
      (bytes: Buffer) => Buffer.from(bytes.toString("base64"), "utf16le"),
      exportForm,
    ];
    fc.assert(
      fc.property(fc.nat(key.bytes.length - 48), fc.constantFrom(...forms), (from, form) => {
        const content = form(key.bytes.subarray(from, from + 48));
        assert.ok(namesFound(scanner, content).includes("key"));
      }),
    );
    assert.ok(namesFound(scanner, pem(key.bytes)).includes("key"), "wrapped into lines");
  });

  it("finds nothing where nothing is, and nothing in a text that lacks its last character", () => {
    assert.deepEqual(scanner.scan(crypto.randomBytes(200_000)), []);
    assert.deepEqual(scanner.scan(Buffer.from(password.slice(0, -1))), []);
    assert.deepEqual(scanner.scan(Buffer.alloc(0)), []);
  });

  it("tells secret, encoding and place, and refuses a secret that is too short to be told from text", () => {
    assert.deepEqual(scanner.scan(Buffer.from(`..${password}${password}`)), [
      { secret: "password", encoding: "plain", offset: 2 },
    ]);
    assert.throws(
      () => new SecretScanner([{ name: "pin", bytes: Buffer.from("1234") }]),
      /pin has 4/,
    );
  });
});
