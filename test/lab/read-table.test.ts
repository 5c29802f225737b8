/** The lab and the command line read alike: the same table, or the same words. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { formatUserError, UserError } from "../../src/core/errors.js";
import { type Table, tableChecksum } from "../../src/core/table.js";
import { readTable } from "../../src/data/index.js";
import { tableOf, type Wanted } from "../../src/lab/read-table.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "segmenta-lab-read-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const said = (error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  return formatUserError(error).replaceAll(folder, "");
};
const facts = (table: Table) => [
  table.rows,
  table.columns.map(({ kind, name }) => `${name} ${kind}`),
  tableChecksum(table),
];

/** Name of the file, its content, and what is asked of it. */
const cases: Record<string, [string, string | Uint8Array, Omit<Wanted, "path">?]> = {
  "numbers, texts, missing markers": ["a.csv", "id,spend,city\nA,1.5,Rom\nB,NA,?\nC,-3e2,Ulm\n", { id: "id" }],
  "semicolons, quotes, CRLF": ["a.csv", 'a;b\r\n"x;""y""";1\r\n"two\nlines";2\r\n'],
  "true and false are numbers": ["a.csv", "a,b\ntrue,1\nFALSE,2\n,3\n"],
  "a column without a name": ["a.csv", ",a\n1,2\n3,4\n"],
  "nothing but missing values": ["a.csv", "a,b\n,1\nNA,2\n"],
  "a byte order mark": ["a.csv", "\uFEFFa,b\n1,2\n3,4\n"],
  "JSON rows": ["a.json", '[{"a":1,"b":"x"},{"a":null,"b":"y"},{"a":2.5,"b":"NA"}]'],
  "JSON lines with a key that comes late": ["a.jsonl", '{"a":1}\n{"a":2,"b":true}\n'],
  "columns chosen and dropped": ["a.csv", "a,b,c\n1,2,3\n4,5,6\n", { columns: ["c", "a"], drop: ["a"] }],
  "a text among numbers": ["a.csv", `a\n${"1\n".repeat(20)}oops\n`],
  "an unknown column": ["a.csv", "spend\n1\n", { columns: ["spent"] }],
  "an id that appears twice": ["a.csv", "id,a\nx,1\nx,2\n", { id: "id" }],
  "a row without an id": ["a.csv", "id,a\nx,1\n,2\n", { id: "id" }],
  "two columns of one name": ["a.csv", "a,a\n1,2\n"],
  "an empty file": ["a.csv", ""],
  "a header alone": ["a.csv", "a,b\n"],
  "a short line": ["a.csv", "a,b\n1,2\n3\n"],
  "an infinite value": ["a.csv", "a\n1\ninf\n"],
};

test.each(Object.entries(cases))("%s", async (_, [name, content, wanted = {}]) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  const theirs = await readTable({ path, ...wanted }).then(facts, said);
  const ours = () => facts(tableOf(new Uint8Array(readFileSync(path)), { path, ...wanted }));
  let mine: unknown;
  try {
    mine = ours();
  } catch (error) {
    mine = said(error);
  }
  expect(mine).toEqual(theirs);
});
