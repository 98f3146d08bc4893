import assert from "node:assert/strict";
import { createFaults } from "../../local/faults";

describe("local/faults", () => {
  it("gives a fault as often as it was added for, and then no more", () => {
    const faults = createFaults();
    faults.add({ kind: "failRequest", times: 2 });
    assert.ok(faults.take("failRequest", "vm"));
    assert.ok(faults.take("failRequest", "vm"));
    assert.equal(faults.take("failRequest", "vm"), undefined);
  });

  it("gives a fault without a number until all are cleared", () => {
    const faults = createFaults();
    faults.add({ kind: "delay", milliseconds: 5 });
    for (let count = 0; count < 10; count++) {
      assert.equal(faults.take("delay", "vm")?.milliseconds, 5);
    }
    faults.clear();
    assert.equal(faults.take("delay", "vm"), undefined);
  });

  it("applies only to the kind, the subject and the operation it names, and is not used up by others", () => {
    const faults = createFaults();
    faults.add({ kind: "failRequest", match: "ada", operation: "create", times: 1 });
    assert.equal(faults.take("failAfterEffect", "vm-ada", "create"), undefined);
    assert.equal(faults.take("failRequest", "vm-grace", "create"), undefined);
    assert.equal(faults.take("failRequest", "vm-ada", "delete"), undefined);
    assert.equal(faults.take("failRequest", "vm-ada"), undefined);
    assert.ok(faults.take("failRequest", "vm-ada", "create"));
  });

  it("gives the first of two that apply, then the second", () => {
    const faults = createFaults();
    faults.add({ kind: "dropConnection", moment: "before", times: 1 });
    faults.add({ kind: "dropConnection", moment: "after", times: 1 });
    assert.equal(faults.take("dropConnection", "vm")?.moment, "before");
    assert.equal(faults.take("dropConnection", "vm")?.moment, "after");
  });

  it("refuses a number of times that could never be used up", () => {
    assert.throws(() => createFaults().add({ kind: "delay", times: 0 }), /times is 0/);
  });
});
