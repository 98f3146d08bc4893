import * as assert from "node:assert/strict";
import * as crypto from "node:crypto";
import {
  checkAdminPassword,
  checkAdminUsername,
  checkComputerName,
  generatePassword,
} from "../../../components/plan/windowsNames";

describe("components/plan/windowsNames", () => {
  const computerNames: [string, boolean][] = [
    ["ada-1", true],
    ["A", true],
    ["fifteen-chars-1", true],
    ["sixteen-chars-12", false],
    ["", false],
    ["12345", false],
    ["ada_1", false],
    ["ada.1", false],
    ["-ada", false],
    ["ada-", false],
    ["ädä", false],
  ];
  for (const [name, legal] of computerNames) {
    it(`${legal ? "accepts" : "refuses"} the computer name ${JSON.stringify(name)}`, () => {
      assert.equal(checkComputerName("name", name).length === 0, legal);
    });
  }

  const userNames: [string, boolean][] = [
    ["labuser", true],
    ["Administrator", false],
    ["ADMIN", false],
    ["user.", false],
    ["a user with a long name", false],
    ["a@b", false],
  ];
  for (const [name, legal] of userNames) {
    it(`${legal ? "accepts" : "refuses"} the user name ${JSON.stringify(name)}`, () => {
      assert.equal(checkAdminUsername("user", name).length === 0, legal);
    });
  }

  it("counts an underscore as no special character, since Azure's documents and clients disagree", () => {
    assert.equal(checkAdminPassword("p", "Abcdefghijk_l").length, 1);
    assert.equal(checkAdminPassword("p", "Abcdefghijk-l").length, 0);
  });

  it("generates passwords that every rule accepts, each another one", () => {
    const passwords = Array.from({ length: 500 }, () =>
      generatePassword((limit) => crypto.randomInt(limit)),
    );
    assert.equal(new Set(passwords).size, passwords.length);
    for (const password of passwords)
      assert.deepEqual(checkAdminPassword("p", password, "labuser"), []);
  });
});
