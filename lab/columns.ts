import Table from "cli-table3";

/** Rows as plain columns for people, without a frame, so that a long list stays one line a row. A column that is empty is left out. */
export function columns(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const kept = [...head.keys()].filter((column) => rows.some((row) => row[column] !== ""));
  const none = ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left"];
  const frame = [
    ...none,
    "bottom-right",
    "left",
    "left-mid",
    "mid",
    "mid-mid",
    "right",
    "right-mid",
  ];
  const table = new Table({
    chars: { ...Object.fromEntries(frame.map((name) => [name, ""])), middle: "  " },
    // No colours: the table is also read in logs.
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  table.push(kept.map((column) => head[column]));
  for (const row of rows) table.push(kept.map((column) => printable(row[column])));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** Display names are free text: what would steer the terminal, or turn the rest of the line around, is shown as a replacement character. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, "\uFFFD");
}

/** A secure peer name of 40 hexadecimal digits and a classifier, short enough for a column; any other name as it is. */
export function shortPeerName(name: string): string {
  const [authority, classifier = ""] = name.split(".", 2);
  return authority.length === 40 ? `${authority.slice(0, 12)}….${classifier}` : name;
}
