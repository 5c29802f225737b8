import { describe, expect, test } from "vitest";
import { readTable } from "../../src/data/index.js";
import { refusal, temporaryFiles } from "./files.js";

const files = temporaryFiles();
const lines = (...rows: (string | number)[]) => `${rows.join("\n")}\n`;
const twenty = Array.from({ length: 20 }, (_, i) => i);

/** What a user reads when the file `name` holds `content`. */
const refused = (name: string, content: string | Uint8Array, options = {}) =>
  refusal(() => readTable({ path: files.write(name, content), ...options }), files.folder);

describe("a file that is not there, or is no table", () => {
  test("a misspelt name", async () => {
    files.write("customers.csv", "a\n1\n");
    expect(await refusal(() => readTable({ path: files.path("custmers.csv") }), files.folder)).toMatchInlineSnapshot(`
      "✘ no file "<folder>/custmers.csv"   [NOT_FOUND]
        ✎ did you mean "<folder>/customers.csv"?"
    `);
  });
  test("no such folder", async () => {
    expect(await refusal(() => readTable({ path: files.path("none/t.csv") }), files.folder)).toMatchInlineSnapshot(`
      "✘ no file "<folder>/none/t.csv"   [NOT_FOUND]
        ✎ check the path; it is taken from the current folder"
    `);
  });
  test("a folder", async () => {
    const path = files.makeFolder("year");
    files.write("year/may.csv", "a\n1\n");
    files.write("year/notes.md", "a");
    expect(await refusal(() => readTable({ path }), files.folder)).toMatchInlineSnapshot(`
      "✘ "<folder>/year" is a folder, not a table   [NOT_READABLE]
        ✎ name a file in it: may.csv"
    `);
  });
  test("an unknown extension", async () => {
    expect(await refused("book.ods", "a")).toMatchInlineSnapshot(`
      "✘ cannot tell the format of "book.ods" from its extension ".ods"   [NOT_READABLE]
        → <folder>/book.ods
        ✎ tables are read from .csv, .tsv, .txt, .parquet, .pq, .json, .jsonl, .ndjson and .xlsx files"
    `);
  });
  test("no bytes", async () => {
    expect(await refused("empty.csv", "")).toMatchInlineSnapshot(`
      "✘ "empty.csv" is empty: 0 bytes   [EMPTY_TABLE]
        → <folder>/empty.csv
        ✎ give a file with a header and at least one row"
    `);
  });
  test("blanks alone", async () => {
    expect(await refused("blank.csv", "\n \n")).toMatchInlineSnapshot(`
      "✘ "blank.csv" holds no text   [EMPTY_TABLE]
        → <folder>/blank.csv
        ✎ give a file with a header and at least one row"
    `);
  });
  test("a header and nothing else", async () => {
    expect(await refused("header.csv", "a,b\n")).toMatchInlineSnapshot(`
      "✘ the table has 2 columns and no rows   [EMPTY_TABLE]
        → <folder>/header.csv
        ✎ give a file with at least one row"
    `);
  });
  test("an empty list", async () => {
    expect(await refused("none.json", "[]")).toMatchInlineSnapshot(`
      "✘ the table has 1 column and no rows   [EMPTY_TABLE]
        → <folder>/none.json
        ✎ give a file with at least one row"
    `);
  });
});

describe("a damaged file", () => {
  test("Excel's first line", async () => {
    expect(await refused("excel.csv", "\uFEFFsep=;\r\na;b\r\n1;2\r\n")).toMatchInlineSnapshot(`
      "✘ the first line of "excel.csv" is a hint for Excel (sep=;), not column names   [NOT_READABLE]
        → <folder>/excel.csv, line 1
        ✎ remove that line; the delimiter is found without it"
    `);
    for (const text of ["sep=,\na,b\n1,2\n", "SEP=\t\na\tb\n1\t2\n", '"sep=;"\na;b\n1;2\n'])
      expect(await refused("excel.csv", text)).toMatch(/a hint for Excel/);
  });
  test("a line with too few fields", async () => {
    expect(await refused("short.csv", "a,b\n1,2\n3\n4,5\n")).toMatchInlineSnapshot(`
      "✘ line 3 of "short.csv" has 1 field, but the header has 2   [NOT_READABLE]
        → <folder>/short.csv, line 3
        ✎ mend that line; a field that holds the delimiter must stand in double quotes"
    `);
  });
  test("a line with too many fields, far down", async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => (i === 25_000 ? "1,2,3" : `${i},0`));
    expect(await refused("long.csv", lines("a,b", ...rows))).toMatchInlineSnapshot(`
      "✘ line 25002 of "long.csv" has 3 fields, but the header has 2   [NOT_READABLE]
        → <folder>/long.csv, line 25002
        ✎ mend that line; a field that holds the delimiter must stand in double quotes"
    `);
  });
  test("a quote that stays open", async () => {
    expect(await refused("quote.csv", 'a,b\n1,"x\n3,4\n')).toMatchInlineSnapshot(`
      "✘ line 2 of "quote.csv" opens a quote that is never closed   [NOT_READABLE]
        → <folder>/quote.csv, line 2
        ✎ close it; a quote inside a quoted field is written twice: """
    `);
  });
  test("line ends of two kinds", async () => {
    expect(await refused("ends.csv", "a,b\n1,2\r\n3,4\n5,6\r\n")).toMatchInlineSnapshot(`
      "✘ "ends.csv" is no well-formed CSV: its line ends are of two kinds, or text follows a closing quote   [NOT_READABLE]
        → <folder>/ends.csv
        ✎ use one kind of line end; a quote inside a quoted field is written twice: """
    `);
  });
  test("UTF-16 without its mark", async () => {
    expect(await refused("utf16.csv", Buffer.from("a,b\n1,2\n", "utf16le"))).toMatchInlineSnapshot(`
      "✘ cannot read "utf16.csv": it is not UTF-8 text (it holds zero bytes)   [NOT_READABLE]
        → <folder>/utf16.csv
        ✎ check that the file is whole, may be read, and is what its extension says"
    `);
  });
  test("a line of a copy is called by the name of the file", async () => {
    expect(await refused("latin.csv", Buffer.from("a,b\né,2\né,2,3\n", "latin1"))).toMatchInlineSnapshot(`
      "✘ line 3 of "latin.csv" has 3 fields, but the header has 2   [NOT_READABLE]
        → <folder>/latin.csv, line 3
        ✎ mend that line; a field that holds the delimiter must stand in double quotes"
    `);
  });
  test("two columns of one name", async () => {
    expect(await refused("twice.csv", "a,b,a\n1,2,3\n")).toMatchInlineSnapshot(`
      "✘ two columns are called "a": number 1 and number 3   [NOT_READABLE]
        → <folder>/twice.csv, line 1
        ✎ rename one of them"
    `);
  });
  test("no header", async () => {
    expect(await refused("bare.csv", "1.5,2\n2.5,3\n")).toMatchInlineSnapshot(`
      "✘ the first line of "bare.csv" is data (1.5, 2), not column names   [NOT_READABLE]
        → <folder>/bare.csv, line 1
        ✎ add a header line that names the columns"
    `);
  });
  test("Parquet cut short", async () => {
    expect(await refused("cut.parquet", "PAR1 and no more")).toMatchInlineSnapshot(`
      "✘ cannot read "cut.parquet": No magic bytes found at end of file '<folder>/cut.parquet'   [NOT_READABLE]
        → <folder>/cut.parquet
        ✎ check that the file is whole, may be read, and is what its extension says"
    `);
  });
  test("a column that a model file could not hold", async () => {
    expect(await refused("proto.csv", "a,__proto__\n1,2\n")).toMatchInlineSnapshot(`
      "✘ no column may be called "__proto__": JSON readers take it for something else   [NOT_READABLE]
        → <folder>/proto.csv
        ✎ rename the column"
    `);
    expect(await refused("proto.json", '[{"a":1,"__proto__":2}]')).toContain('no column may be called "__proto__"');
  });
  test("JSON with keys that differ in case alone, in one row or over several", async () => {
    expect(await refused("twins.json", '[{"a":1,"A":2}]')).toMatchInlineSnapshot(`
      "✘ the keys "A" and "a" differ in case alone, and only one of them can be read from JSON   [NOT_READABLE]
        → <folder>/twins.json
        ✎ rename one of them, or save the table as CSV"
    `);
    expect(await refused("twins.jsonl", '{"a":1}\n{"A":2}\n')).toContain("differ in case alone");
    expect((await readTable({ path: files.write("fine.json", '[{"a":1,"a_1":2}]') })).columns).toHaveLength(2);
  });
  test("JSON cut short", async () => {
    expect(await refused("cut.jsonl", '{"a":1}\n{"a":\n')).toMatchInlineSnapshot(`
      "✘ cannot read "cut.jsonl": Malformed JSON in file "<folder>/cut.jsonl", at byte 7 in line 3: unexpected end of data.   [NOT_READABLE]
        → <folder>/cut.jsonl
        ✎ check that the file is whole, may be read, and is what its extension says"
    `);
  });
});

describe("values", () => {
  test("a text among numbers", async () => {
    const column = twenty.map((i) => (i === 6 ? "twelve" : i));
    expect(await refused("text.csv", lines("n", ...column))).toMatchInlineSnapshot(`
      "✘ column "n" holds numbers, but row 7 is "twelve"   [NOT_NUMBER]
        → <folder>/text.csv
        ✎ mend the value, leave the field empty, or list it under data.missing if it is missing (NA, nan, null, None, ? and - are read as missing among numbers)"
    `);
  });
  test("points in one row and commas in another", async () => {
    const column = twenty.map((i) => (i === 6 || i === 9 ? "1,5;0" : `${i}.25;0`));
    expect(await refused("comma.csv", lines("n;m", ...column))).toMatchInlineSnapshot(`
      "✘ column "n" holds numbers, but row 7 is "1,5" (and 1 more like it)   [NOT_NUMBER]
        → <folder>/comma.csv
        ✎ mend the value, leave the field empty, or list it under data.missing if it is missing (NA, nan, null, None, ? and - are read as missing among numbers)"
    `);
  });
  test("numbers that may mean two things", async () => {
    const column = twenty.map((i) => `${1 + i}.500;x`);
    expect(await refused("either.csv", lines("n;m", ...column))).toMatchInlineSnapshot(`
      "✘ column "n" has cells such as 12.500, which may be twelve and a half or twelve thousand five hundred, and nothing in the file tells which   [NOT_NUMBER]
        → <folder>/either.csv
        ✎ write data.readings: { n: { decimal: "." } } for twelve and a half, or { n: { decimal: ",", group: "." } } for thousands"
    `);
  });
  test("a text in a column that a model knows as numbers", async () => {
    expect(await refused("kind.csv", "a\nred\n", { readings: { a: "number" } })).toMatchInlineSnapshot(`
      "✘ column "a" holds numbers, but row 1 is "red"   [NOT_NUMBER]
        → <folder>/kind.csv
        ✎ mend the value, leave the field empty, or list it under data.missing if it is missing (NA, nan, null, None, ? and - are read as missing among numbers)"
    `);
  });
  test("infinity", async () => {
    expect(await refused("inf.csv", "a,b\n1,1\n2,-inf\n")).toMatchInlineSnapshot(`
      "✘ column "b" is -Infinity in row 2; every value must be finite   [NOT_FINITE]
        → <folder>/inf.csv
        ✎ mend the value, or leave the field empty if it is missing"
    `);
  });
  test("a number beyond float64", async () => {
    expect(await refused("huge.json", '[{"a":1},{"a":1e999}]')).toContain('column "a" is Infinity in row 2');
  });
  test("below nine in ten numbers, a column is text", async () => {
    const column = twenty.map((i) => (i < 3 ? "x" : i));
    const table = await readTable({ path: files.write("mostly.csv", lines("n", ...column)) });
    expect(table.columns[0]!.kind).toBe("text");
  });
});

describe("names", () => {
  const content = "CUST_ID,BALANCE\nx,1\ny,2\n";
  test("of the id column", async () => {
    expect(await refused("names.csv", content, { id: "CUSTID" })).toMatchInlineSnapshot(`
      "✘ unknown id column "CUSTID"   [UNKNOWN_COLUMN]
        → <folder>/names.csv
        ✎ did you mean "CUST_ID"? known: CUST_ID, BALANCE"
    `);
  });
  test("of a column", async () => {
    expect(await refused("names.csv", content, { columns: ["BALANCES"] })).toMatchInlineSnapshot(`
      "✘ unknown column "BALANCES"   [UNKNOWN_COLUMN]
        → <folder>/names.csv
        ✎ did you mean "BALANCE"? known: CUST_ID, BALANCE"
    `);
  });
  test("of a column to drop", async () => {
    expect(await refused("names.csv", content, { drop: ["tenure"] })).toMatchInlineSnapshot(`
      "✘ unknown column to drop "tenure"   [UNKNOWN_COLUMN]
        → <folder>/names.csv
        ✎ known: CUST_ID, BALANCE"
    `);
  });
});

describe("ids", () => {
  test("that appear twice", async () => {
    expect(await refused("ids.csv", "id,a\nx,1\ny,2\nx,3\n", { id: "id" })).toMatchInlineSnapshot(`
      "✘ id "x" appears twice: in row 1 and in row 3   [DUPLICATE_ID]
        → <folder>/ids.csv
        ✎ keep one of the rows, name another id column, or allow duplicate ids"
    `);
  });
  test("that appear twice, when that is allowed", async () => {
    const path = files.write("ids.csv", "id,a\nx,1\ny,2\nx,3\n");
    expect((await readTable({ path, id: "id", allowDuplicateIds: true })).id!.values).toEqual(["x", "y", "x"]);
  });
  test("that are missing", async () => {
    expect(await refused("noid.csv", "id,a\nx,1\n,2\n", { id: "id" })).toMatchInlineSnapshot(`
      "✘ row 2 has no id   [MISSING_VALUE]
        → <folder>/noid.csv
        ✎ give every row an id, or name no id column"
    `);
  });
});

test("one row, and a column with nothing in it, are tables", async () => {
  const table = await readTable({ path: files.write("one.csv", "a,b\n1,\n") });
  expect([table.rows, table.columns.map((column) => column.kind)]).toEqual([1, ["number", "number"]]);
});
