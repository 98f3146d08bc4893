import * as assert from "node:assert/strict";
import { differences } from "../../../rollout/plan/differences";

const mark = "4dabf18193072939515e22adb298388d";
const secret = (ciphertext: string) => ({ [mark]: "1b47061264138c4ac30d75fd1eb44270", ciphertext });

describe("differences between what was and what is", () => {
  const cases: [string, unknown, unknown, string[]][] = [
    ["nothing", { one: 1, two: ["a"] }, { two: ["a"], one: 1 }, []],
    ["a value", { size: "small" }, { size: "large" }, ['size: was "small", is "large"']],
    ["a place inside", { a: { b: [1, 2] } }, { a: { b: [1, 3] } }, ["a.b[1]: was 2, is 3"]],
    ["what went", { tags: { lab: "one" } }, { tags: {} }, ['tags.lab: was "one", is not there']],
    ["what came", { tags: {} }, { tags: { lab: "one" } }, ['tags.lab: was not there, is "one"']],
    ["what is empty either way", { a: [], b: {}, c: null }, {}, []],
    ["false, which is not empty", {}, { on: false }, ["on: was not there, is false"]],
    [
      "lists of other lengths",
      { addresses: ["a"] },
      { addresses: ["b", "a"] },
      ['addresses: was ["a"], is ["b","a"]'],
    ],
    [
      "named elements, wherever they stand",
      { rules: [{ name: "web", access: "Allow" }] },
      {
        rules: [
          { name: "new", access: "Deny" },
          { name: "web", access: "Deny" },
        ],
      },
      [
        'rules[web].access: was "Allow", is "Deny"',
        'rules[new]: was not there, is {"name":"new","access":"Deny"}',
      ],
    ],
    [
      "what Azure writes by itself",
      { etag: "1", rules: [{ name: "web", etag: "1" }] },
      { etag: "2", rules: [{ name: "web", etag: "2", provisioningState: "Succeeded" }] },
      [],
    ],
    [
      "an element that is called as what Azure writes",
      { rules: [{ name: "etag", port: 1 }] },
      { rules: [{ name: "etag", port: 2 }] },
      ["rules[etag].port: was 1, is 2"],
    ],
    ["a secret", { a: secret("one") }, { a: "plain" }, ["a: a secret is another"]],
    ["a secret that came", {}, { a: secret("one") }, ["a: a secret is another"]],
    ["the same secret", { a: secret("[secret]") }, { a: secret("[secret]") }, []],
    [
      "a secret inside of what came",
      {},
      { user: { password: secret("cipher"), name: "ada" } },
      ['user: was not there, is {"password":"[secret]","name":"ada"}'],
    ],
    ["a long value", { a: "x".repeat(200) }, { a: "y" }, [`a: was "${"x".repeat(99)}..., is "y"`]],
  ];
  for (const [what, was, is, expected] of cases) {
    it(`says ${what}`, () => assert.deepEqual(differences(was, is), expected));
  }
});
