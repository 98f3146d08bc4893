import * as assert from "node:assert/strict";
import { columns } from "../../lab/columns";

describe("lab/columns", () => {
  it("leaves out what is empty everywhere, and keeps a row on its line, whatever a name holds", () => {
    const names = [
      "Ada \u001b[31m\u202Eevil\u202C",
      "two\r\nlines",
      "\u5c0f\u660e \ud83d\udc69\u200d\ud83d\ude80",
    ];
    const text = columns(
      ["Person", "Group", "Name"],
      names.map((name, index) => [`p${index}`, "", name]),
    );
    assert.deepEqual(text.split("\n"), [
      "Person  Name",
      "p0      Ada \uFFFD[31m\uFFFDevil\uFFFD",
      "p1      two\uFFFD\uFFFDlines",
      "p2      \u5c0f\u660e \ud83d\udc69\u200d\ud83d\ude80",
    ]);
  });
});
