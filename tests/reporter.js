"use strict";

const { reporters } = require("mocha");

/** Mocha's `spec` reporter, closed by one line that a person and a pipeline read alike. */
module.exports = class extends reporters.Spec {
  epilogue() {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    process.stdout.write(`${passes} passed, ${failures} failed, ${pending} skipped\n`);
  }
};
