import { describe, expect, test } from "vitest";
import { type Column, type Table, tableChecksum } from "../../src/core/table.js";
import { readChunks, readTable } from "../../src/data/index.js";
import { referenceRows, smallSets } from "../reference.js";
import { refusal, temporaryFiles } from "./files.js";

const files = temporaryFiles();
const read = (content: string | Uint8Array, options = {}, name = "t.csv") =>
  readTable({ path: files.write(name, content), ...options });
const values = (column: Column | undefined) => Array.from(column!.values as ArrayLike<unknown>);
const shape = (table: Table) => table.columns.map((column) => [column.kind, column.name, ...values(column)]);

describe("what is read", () => {
  test("numbers, texts, booleans, dates and what is missing", async () => {
    const table = await read(
      [
        "id,spend,city,member,since,empty",
        '007,1.5,"Paris, 5e",true,2020-01-31,',
        '008,,"say ""hi""",false,2020-02-01,NA',
        "x,-2e3,NA,,2020-02-02,?",
        "",
      ].join("\n"),
      { id: "id" },
    );
    expect(table.rows).toBe(3);
    expect(table.id).toEqual({ name: "id", values: ["007", "008", "x"] });
    expect(shape(table)).toEqual([
      ["number", "spend", 1.5, Number.NaN, -2000],
      // Among texts NA is a word.
      ["text", "city", "Paris, 5e", 'say "hi"', "NA"],
      ["number", "member", 1, 0, Number.NaN],
      ["text", "since", "2020-01-31", "2020-02-01", "2020-02-02"],
      ["number", "empty", Number.NaN, Number.NaN, Number.NaN],
    ]);
    expect(table.columns.map((column) => column.kind === "number" && column.valid)).toEqual([
      new Uint8Array([1, 0, 1]),
      false,
      new Uint8Array([1, 1, 0]),
      false,
      new Uint8Array([0, 0, 0]),
    ]);
  });

  test.each([
    ["semicolon", "a;b\n1;2\n"],
    ["tab", "a\tb\n1\t2\n"],
    ["bar", "a|b\n1|2\n"],
    ["Windows line ends", "a,b\r\n1,2\r\n"],
    ["old Mac line ends", "a,b\r1,2\r"],
    ["a byte order mark", "\uFEFFa,b\n1,2\n"],
    ["no line end at the end", "a,b\n1,2"],
    ["quoted names and numbers", '"a","b"\n"1","2"\n'],
    ["blanks around numbers", "a, b \n 1 , 2\n"],
    ["a blank line", "a,b\n\n1,2\n\n"],
    ["signs and bare points", "a,b\n+1,2.\n"],
  ])("CSV with %s", async (_, content) => {
    expect(shape(await read(content))).toEqual([
      ["number", "a", 1],
      ["number", "b", 2],
    ]);
  });

  test("a delimiter inside a quoted header name does not count", async () => {
    expect(shape(await read('"a;b;c","say ""x""",d\n1,2,3\n'))).toEqual([
      ["number", "a;b;c", 1],
      ["number", 'say "x"', 2],
      ["number", "d", 3],
    ]);
  });

  test("names that differ in case only, and a column without a name", async () => {
    expect(shape(await read(",a,A\n1,2,3\n")).map((column) => column[1])).toEqual(["column_1", "a", "A"]);
  });

  test("codes are texts, not numbers", async () => {
    expect(shape(await read("a,b\n1_0,0x10\n2_0,0x11\n"))).toEqual([
      ["text", "a", "1_0", "2_0"],
      ["text", "b", "0x10", "0x11"],
    ]);
  });

  test("decimals round as JavaScript rounds them", async () => {
    const texts = ["0.1", "1e-400", "9007199254740993", "2.2250738585072011e-308", "123456789.123456789", "-0"];
    expect(values((await read(`a\n${texts.join("\n")}\n`)).columns[0])).toEqual(texts.map(Number));
  });

  test.each(smallSets)("%s equals the reference to the bit", async (set) => {
    const { names, rows } = referenceRows(set);
    const table = await readTable({ path: `test/golden/data/${set}.csv` });
    expect(table.columns.map((column) => column.name)).toEqual(names);
    table.columns.forEach((column, j) => {
      expect(values(column)).toEqual(rows.map((row) => row[j]));
    });
  });

  test("columns in the order asked for, and columns left out", async () => {
    const content = "a,b,c,d\n1,2,3,4\n";
    const names = async (options: object) => (await read(content, options)).columns.map((column) => column.name);
    expect(await names({ columns: ["c", "a"] })).toEqual(["c", "a"]);
    expect(await names({ drop: ["b", "d"] })).toEqual(["a", "c"]);
    expect(await names({ columns: ["c", "a"], drop: ["a"], id: "b" })).toEqual(["c"]);
    expect(await names({ id: "c" })).toEqual(["a", "b", "d"]);
  });

  test("kinds that are known beat the content", async () => {
    const table = await read("zip,n\n01,1\n02,2\n", { readings: { zip: "text" } });
    expect(shape(table)).toEqual([
      ["text", "zip", "01", "02"],
      ["number", "n", 1, 2],
    ]);
  });

  test("every row in its place, also when many threads read", async () => {
    const rows = 200_000;
    const query = `SELECT i AS a, 'r' || i AS b, CASE WHEN i % 3 = 0 THEN NULL ELSE i / 4 END AS c FROM range(${rows}) t(i)`;
    for (const [name, options] of [
      ["order.csv", "FORMAT csv"],
      ["order.parquet", "FORMAT parquet"],
    ] as const) {
      const table = await readTable({ path: await files.copy(name, query, options) });
      const [a, b, c] = table.columns.map((column) => column.values);
      let wrong = 0;
      for (let i = 0; i < rows; i++) {
        if (a![i] !== i || b![i] !== `r${i}` || !Object.is(c![i], i % 3 === 0 ? Number.NaN : i / 4)) wrong++;
      }
      expect(wrong, name).toBe(0);
    }
  });

  test("a path with the signs of a pattern is a path", async () => {
    expect((await read("a\n1\n", {}, "t[1]*.csv")).rows).toBe(1);
  });

  test("an aborted reading stops", async () => {
    const signal = AbortSignal.abort();
    await expect(read("a\n1\n", { signal })).rejects.toThrow(/abort/i);
  });
});

describe("the same rows in another format", () => {
  const query = `SELECT * FROM (VALUES
    ('x1', 1::BIGINT, 0.1::DOUBLE, true, DATE '2020-01-31', 'red', NULL::INTEGER, 2.50::DECIMAL(9,2)),
    ('x2', NULL, 'nan'::DOUBLE, NULL, NULL, '', NULL, 1.25),
    ('x3', 4000000000, 1e300, false, DATE '1999-12-31', 'a "b", c', NULL, NULL)) t(id, n, x, yes, day, colour, none, price)`;

  test("CSV, Parquet, JSON and JSON lines share the checksum", async () => {
    const paths = [
      await files.copy("same.csv", query, "FORMAT csv"),
      await files.copy("same.parquet", query),
      await files.copy("same.json", query.replace("'nan'::DOUBLE", "NULL"), "FORMAT json, ARRAY true"),
      await files.copy("same.jsonl", query.replace("'nan'::DOUBLE", "NULL"), "FORMAT json"),
    ];
    const tables = await Promise.all(paths.map((path) => readTable({ path, id: "id" })));
    const [csv, ...others] = tables.map(shape);
    expect(csv!.map(([kind]) => kind)).toEqual(["number", "number", "number", "text", "text", "number", "number"]);
    for (const other of others) expect(other).toEqual(csv);
    expect(new Set(tables.map(tableChecksum)).size).toBe(1);
  });

  test("JSON texts stay as they are written", async () => {
    const table = await read('[{"t":"2020-01-31T10:00:00Z","o":{"a":1}},{"t":"x","o":null}]', {}, "texts.json");
    expect(shape(table)).toEqual([
      ["text", "t", "2020-01-31T10:00:00Z", "x"],
      ["text", "o", '{"a":1}', null],
    ]);
  });

  test("Parquet texts that are numbers are numbers, as in CSV", async () => {
    const path = await files.copy("text.parquet", "SELECT * FROM (VALUES ('1'), ('NA'), ('3')) t(a)");
    expect(shape(await readTable({ path }))).toEqual([["number", "a", 1, Number.NaN, 3]]);
  });

  test("a Parquet id of whole numbers is their text", async () => {
    const path = await files.copy("id.parquet", "SELECT * FROM (VALUES (7, 1), (8, 2)) t(id, a)");
    expect((await readTable({ path, id: "id" })).id!.values).toEqual(["7", "8"]);
  });

  test("a folder called key=value adds no column", async () => {
    files.makeFolder("year=2020");
    const path = await files.copy("year=2020/t.parquet", "SELECT 1 AS a");
    expect((await readTable({ path })).columns.map((column) => column.name)).toEqual(["a"]);
  });
});

describe("batches", () => {
  test.each([1, 7, 2048, 3000, 5000, 9999])("of %i rows, put together, are the table", async (batchRows) => {
    const query =
      "SELECT 'r' || i AS id, i AS a, CASE WHEN i % 5 = 0 THEN NULL ELSE 't' || i END AS b FROM range(5000) t(i)";
    const path = await files.copy("batches.parquet", query);
    const whole = await readTable({ path, id: "id" });
    const seen: Table[] = [];
    for await (const table of readChunks({ path, id: "id" }, batchRows)) seen.push(table);
    expect(
      seen
        .map((table) => table.rows)
        .slice(0, -1)
        .every((rows) => rows === batchRows),
    ).toBe(true);
    expect(seen.flatMap((table) => table.id!.values)).toEqual(whole.id!.values);
    whole.columns.forEach((column, j) => {
      expect(seen.flatMap((table) => values(table.columns[j]))).toEqual(values(column));
    });
  });

  test("can be left early", async () => {
    const path = await files.copy("early.parquet", "SELECT i AS a FROM range(100000) t(i)");
    for await (const table of readChunks({ path }, 10)) {
      expect(table.rows).toBe(10);
      break;
    }
  });

  test("of no rows are refused", async () => {
    const path = files.write("some.csv", "a\n1\n");
    expect(await refusal(() => readChunks({ path }, 0).next(), files.folder)).toMatchInlineSnapshot(`
      "✘ batchRows must be a whole number of at least 1, got 0   [PARAM_RANGE]
        → readChunks
        ✎ leave it out for 65,536"
    `);
  });

  test("name the row of the whole file in an error", async () => {
    const path = files.write(
      "late.csv",
      `a,id\n${Array.from({ length: 3000 }, (_, i) => `${i === 2900 ? "inf" : i},${i}\n`).join("")}`,
    );
    const drain = async () => {
      for await (const _ of readChunks({ path }, 100));
    };
    expect(await refusal(drain, files.folder)).toContain('column "a" is Infinity in row 2901');
  });
});
