import * as fs from "node:fs";
import * as path from "node:path";

const file = path.resolve(__dirname, "../../docs/azure-rules.md");

/** A row of the tables that say what Azure refuses. */
export interface AzureRuleRow {
  id: string;
  grade: string;
  source: string;
  /** Codes with which the stand-in refuses; none where it does something else. */
  refuses: string[];
  /** What the stand-in does instead: `warns`, `plays: ...` or `not served: ...`. */
  otherwise?: string;
  /** Ids of the library's rules, a remark behind a semicolon left out; none where it says why there are none. */
  rules: string[];
  /** `never: ...` or `not known: ...`. */
  withoutRule?: string;
}

/** The rows of docs/azure-rules.md: what Azure refuses, and what the library refuses of its own accord. */
export function azureRulesTable(): {
  azure: AzureRuleRow[];
  library: string[];
  /** Keys of the documents at the end of the page. */
  documents: string[];
} {
  const lines = fs.readFileSync(file, "utf8").split("\n");
  const rows = lines
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .replace(/\\\|/g, "")
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const idOf = (cell: string) => cell.replaceAll("`", "");
  return {
    azure: rows
      .filter(({ length }) => length === 6)
      .map((cells) => azureRow(idOf(cells[0]), cells)),
    library: rows.filter(({ length }) => length === 3).map(([cell]) => idOf(cell)),
    documents: lines.flatMap((line) => /^\| ([A-Z]\d*) +\|/.exec(line)?.[1] ?? []),
  };
}

function azureRow(id: string, [, , grade, source, standIn, library]: string[]): AzureRuleRow {
  const refuses = /^refuses (.+)$/.exec(standIn)?.[1].split(", ");
  const why = /^(warns|(plays|not served): .+)$/.exec(standIn)?.[1];
  if (!refuses && !why) throw new Error(`${id}: the cell of the stand-in is: ${standIn}`);
  const none = /^(never|not known): .+$/.exec(library)?.[0];
  const rules = none === undefined ? library.split("; ")[0].split(", ") : [];
  const wrong = rules.filter((rule) => !/^[A-Z0-9]+(-[A-Z0-9]+)*$/.test(rule));
  if (wrong.length > 0) throw new Error(`${id}: the cell of the library is: ${library}`);
  return { id, grade, source, refuses: refuses ?? [], otherwise: why, rules, withoutRule: none };
}
