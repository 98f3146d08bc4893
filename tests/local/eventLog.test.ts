import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { readEventLog } from "../../local/eventLog";

describe("local/eventLog", () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "peerlab-events-"));
    file = path.join(directory, "up.ndjson");
  });
  afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

  const urn = "urn:pulumi:local::peerlab::command:remote:Command::lab-ada.ada-1";
  const failure = {
    code: "PNRP_FEATURE",
    hresult: "0x80630203",
    message: "No {feature}.",
    hint: "Add it.",
  };
  const write = (...events: object[]) =>
    fs.writeFileSync(file, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  const diagnostic = (message: string, of?: string) => ({
    diagnosticEvent: { urn: of, message, severity: "error" },
  });

  it("gathers the changes, and for each failed resource its first message and what the machine said", () => {
    write(
      diagnostic("<{%reset%}>error: Process exited with status 1<{%reset%}>\nmore", urn),
      diagnostic(`stderr: ${JSON.stringify({ ...failure, message: "No feature." })}`, urn),
      { resOpFailedEvent: { metadata: { urn } } },
      diagnostic("update failed", "urn:pulumi:local::peerlab::pulumi:pulumi:Stack::peerlab-local"),
      { summaryEvent: { resourceChanges: { create: 2, same: 3 } } },
    );
    assert.deepEqual(readEventLog(file), {
      changes: { create: 2, same: 3 },
      failures: [
        {
          urn,
          name: "lab-ada.ada-1",
          message: "Process exited with status 1",
          guest: { ...failure, message: "No feature." },
        },
      ],
    });
  });

  it("keeps an error of the program itself, which belongs to no resource", () => {
    write(diagnostic("adminSources is missing"));
    assert.deepEqual(
      readEventLog(file)?.failures.map(({ name, message }) => ({ name, message })),
      [{ name: "", message: "adminSources is missing" }],
    );
  });

  it("reads as far as the last whole line of a log that was cut off", () => {
    write({ summaryEvent: { resourceChanges: { same: 1 } } });
    fs.appendFileSync(file, '{"diagnosticEvent":{"mess');
    assert.deepEqual(readEventLog(file)?.changes, { same: 1 });
  });

  it("says that there is no log when the engine ended before its first event", () => {
    assert.equal(readEventLog(file), undefined);
  });
});
