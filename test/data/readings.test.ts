/** How columns are read: the same cells, written as people and programs write them. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COMMA, type NumberFormat, PLAIN, POINT, readNumber, readText } from "../../src/core/readings.js";
import { tableChecksum } from "../../src/core/table.js";
import { withConnection } from "../../src/data/duckdb.js";
import { idLikeColumns, readTable } from "../../src/data/index.js";
import { tableOf } from "../preprocessing/tables.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "readings-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
async function read(content: string | Uint8Array, options: Partial<Parameters<typeof readTable>[0]> = {}, end = "csv") {
  const path = join(folder, `${files++}.${end}`);
  writeFileSync(path, content);
  return readTable({ path, ...options });
}
const column = async (header: string, cells: readonly string[], other: readonly string[] = []) => {
  const quoted = (cell: string) => (/[",;]/.test(cell) ? `"${cell}"` : cell);
  const text = [header, ...cells.map((cell, i) => [quoted(cell), ...(other.length > 0 ? [other[i]!] : [])].join(";"))];
  const table = await read(`${text.join("\n")}\n`);
  return { table, first: table.columns[0]!, codes: (table.notes ?? []).map(({ code }) => code) };
};

describe("a cell", () => {
  const cases: [string, NumberFormat, number][] = [
    ["1,234.50", POINT, 1234.5],
    ["1.234,50", COMMA, 1234.5],
    ["1 234,50", COMMA, 1234.5],
    ["1\u202f234,50 €", COMMA, 1234.5],
    ["1'234.50", POINT, 1234.5],
    ["$1,234", POINT, 1234],
    ["-$12.50", POINT, -12.5],
    ["$-12.50", POINT, -12.5],
    ["(12.50)", POINT, -12.5],
    ["($1,012.50)", POINT, -1012.5],
    ["12.50-", POINT, -12.5],
    ["\u221212,5", COMMA, -12.5],
    ["USD 12.50", POINT, 12.5],
    ["12,50 EUR", COMMA, 12.5],
    ["12 %", POINT, 12],
    [".5", POINT, 0.5],
    ["1e3", PLAIN, 1000],
    ["12,34,567.5", POINT, 1234567.5],
    ["US$ 9", POINT, 9],
    ["12 eur", POINT, 12],
  ];
  test.each(cases)("%j is a number", (text, format, value) => {
    expect(readNumber(text, format)).toBe(value);
  });

  test.each(["1,23", "12,3456", "1.2.3", "12 apples", "0x10", "1_000", "--5", "(5", ""])("%j is none", (text) => {
    const value = readNumber(text, POINT);
    expect(value === undefined || Number.isNaN(value)).toBe(true);
  });

  test("words are missing among numbers, and words among texts", () => {
    for (const word of ["NA", "None", "?", "-", "."]) {
      expect(readNumber(` ${word} `)).toBeNaN();
      expect(readText(word)).toBe(word);
    }
    for (const text of ["", "  ", "#N/A", "NULL", "#DIV/0!"]) {
      expect(readNumber(text)).toBeNaN();
      expect(readText(text)).toBeNull();
    }
    expect(readText("none so far", ["none so far"])).toBeNull();
  });
});

describe("a column", () => {
  const numbers = [1234.5, 900, -12.25, 12000, 0.5, 1000000];
  const written = (format: NumberFormat) => {
    const text = (value: number) => {
      const [whole, part] = String(Math.abs(value)).split(".") as [string, string?];
      const grouped = whole.replace(/\B(?=(\d{3})+$)/g, format.group);
      return `${value < 0 ? "-" : ""}${grouped}${part ? format.decimal + part : ""}`;
    };
    return numbers.map(text);
  };

  test.each([
    ["1,234.56", POINT],
    ["1.234,56", COMMA],
    ["1234,56", { decimal: ",", group: "" }],
  ] as [string, NumberFormat][])("written as %s is a number column, and says how it was read", async (_, format) => {
    const { table, first } = await column("spend", written(format));
    expect(first).toMatchObject({ kind: "number", values: Float64Array.from(numbers) });
    expect(table.notes?.map(({ message }) => message).join()).toContain("spend is read as numbers written 1");
  });

  test("plain numbers carry no format and no note", async () => {
    const { table, first } = await column("n;m", ["1", "2.5", "3"], ["1", "2", "3"]);
    expect(table.notes).toBeUndefined();
    expect(first).not.toHaveProperty("format");
  });

  test("12.500 is twelve thousand where another column has decimal commas", async () => {
    const { first } = await column("limit;spend", ["12.500", "900"], ["1,25", "3,5"]);
    expect(first).toMatchObject({ kind: "number", values: Float64Array.of(12500, 900), format: COMMA });
  });

  test("12.500 is twelve and a half where another column has decimal points", async () => {
    const { first } = await column("limit;spend", ["12.500", "900"], ["1.25", "3.5"]);
    expect(first).toMatchObject({ kind: "number", values: Float64Array.of(12.5, 900) });
  });

  test("what a user says of a column holds", async () => {
    const text = "limit;zip\n12.500;0815\n900;4711\n";
    const table = await read(text, { readings: { limit: COMMA, zip: "number" } });
    expect(table.columns.map(({ values }) => Array.from(values as Float64Array))).toEqual([
      [12500, 900],
      [815, 4711],
    ]);
    await expect(read(text)).rejects.toMatchObject({ code: "NOT_NUMBER" });
  });

  test("codes keep their zeros, and long numbers their digits", async () => {
    const table = await read("zip,card,n\n01234,4539000012345678000,1\n90210,4539000012345678001,2\n");
    expect(table.columns.map(({ values }) => values[0])).toEqual(["01234", "4539000012345678000", 1]);
    expect(table.notes?.map(({ code }) => code)).toEqual(["code", "code"]);
  });

  test("a float's point behind a code goes, from every format", async () => {
    const csv = await read("store\nX7\n2\n2.0\n");
    expect(csv.columns[0]!.values).toEqual(["X7", "2", "2"]);
    const json = await read('[{"store":2.0},{"store":1.0}]', { readings: { store: "text" } }, "json");
    expect(json.columns[0]!.values).toEqual(["2", "1"]);
  });

  test("mostly numbers, it says which cells are in the way", async () => {
    const { first, table } = await column("x", ["1", "2", "3", "4", "unknown", "see note"]);
    expect(first.kind).toBe("text");
    expect(table.notes![0]).toMatchObject({
      code: "mostly-numbers",
      message:
        'x is read as text, but 4 of its 6 cells are numbers; in the way: "unknown" in row 5, "see note" in row 6',
    });
  });

  test("words that the user lists are missing", async () => {
    const table = await read("x,tier\n1,none\nn.d.,Gold\n3,Gold\n", { missing: ["n.d.", "none"] });
    expect(Array.from(table.columns[0]!.values as Float64Array)).toEqual([1, Number.NaN, 3]);
    expect(table.columns[1]!.values).toEqual([null, "Gold", "Gold"]);
    expect(table.missing).toEqual(["n.d.", "none"]);
  });

  test("a number that stands for missing is missing if listed, in CSV and JSON", async () => {
    for (const table of [
      await read("x,y\n1,-999\n-999,2\n", { missing: ["-999"] }),
      await read('[{"x":1,"y":-999},{"x":-999,"y":2}]', { missing: ["-999"] }, "json"),
    ]) {
      expect(table.columns.map(({ values }) => Array.from(values as Float64Array))).toEqual([
        [1, Number.NaN],
        [Number.NaN, 2],
      ]);
    }
  });
});

test("words for missing may be padded with tabs and no-break spaces", async () => {
  const table = await read("x,y\n1,a\n\tNULL ,b\n\u00a0NA\u00a0,c\nnan\t,d\n2,e\n");
  expect(Array.from(table.columns[0]!.values as Float64Array)).toEqual([1, Number.NaN, Number.NaN, Number.NaN, 2]);
});

test("lakhs and crores are numbers", async () => {
  const { first } = await column("x;y", ["1,23,456.50", "4,500", "99"], ["1", "2", "3"]);
  expect(first).toMatchObject({ kind: "number", values: Float64Array.of(123456.5, 4500, 99) });
});

test("amounts in two currencies, and percents beside shares, are pointed out", async () => {
  for (const [cells, message] of [
    [
      ["$12.50", "€13.00", "$9.10"],
      "x mixes units ($ in 2 cells, € in 1 cell), and its numbers are read as if they were of one",
    ],
    [
      ["12%", "9%", "0.08"],
      "x mixes units (% in 2 cells, no sign in 1 cell), and its numbers are read as if they were of one",
    ],
  ] as const) {
    const { table } = await column("x;y", cells, ["1", "2", "3"]);
    expect(table.notes?.find(({ code }) => code === "mixed-units")?.message).toBe(message);
  }
  const { codes } = await column("x;y", ["$12.50", "13.00", "$9.10"], ["1", "2", "3"]);
  expect(codes).not.toContain("mixed-units");
});

test("whole numbers of Parquet beyond 2^53 keep every digit", async () => {
  const path = join(folder, "long.parquet");
  await withConnection((connection) =>
    connection.run(
      `COPY (SELECT 4539000012345678000 + i AS card, i AS n FROM range(5) t(i)) TO '${path}' (FORMAT parquet)`,
    ),
  );
  const table = await readTable({ path });
  expect(table.columns.map(({ values }) => values[1])).toEqual(["4539000012345678001", 1]);
  expect((await readTable({ path, id: "card" })).id!.values[4]).toBe("4539000012345678004");
});

describe("rows of nothing", () => {
  test("are left out and counted, wherever they stand", async () => {
    const table = await read("a,b\n1,x\n,\n2,y\n,\n,\n");
    expect(table.rows).toBe(2);
    expect(table.notes).toEqual([{ code: "empty-rows", message: "3 of 5 rows hold nothing at all and are left out" }]);
    expect((await read("a,b\n1,x\n,\n2,y\n", { keepEmpty: true })).rows).toBe(3);
  });
});

describe("encodings", () => {
  const text = "Gebühr;Stadt\n1,5 €;Köln\n2,25 €;Zürich\n";
  const windows = Buffer.from(text.replaceAll("€", "\x80"), "latin1");
  test.each([
    ["Windows-1252", windows],
    ["UTF-16", Buffer.from(`\uFEFF${text}`, "utf16le")],
    ["UTF-16", Buffer.from(`\uFEFF${text}`, "utf16le").swap16()],
    ["UTF-8", Buffer.from(`\uFEFF${text}`)],
  ])("%s is read, and named where it is not UTF-8", async (name, content) => {
    const table = await read(content);
    expect(table.columns).toMatchObject([
      { name: "Gebühr", values: Float64Array.of(1.5, 2.25) },
      { name: "Stadt", values: ["Köln", "Zürich"] },
    ]);
    const told = table.notes?.filter(({ code }) => code === "encoding").map(({ message }) => message) ?? [];
    expect(told).toEqual(name === "UTF-8" ? [] : [`the file is ${name}, not UTF-8, and is read as such`]);
  });
});

describe("what looks like an id", () => {
  const counting = Array.from({ length: 30 }, (_, i) => i + 1);
  const scattered = counting.map((i) => 100000 + ((i * 7919) % 5000));
  test.each([
    ["CustomerID", scattered, "id"],
    ["CLIENTNUM", scattered, "id"],
    ["Kundennummer", scattered, "id"],
    ["column_1", counting, "id"],
    ["Unnamed: 0", counting, "id"],
    ["visits so far", counting, "id"],
    ["zip", counting.map((i) => 10000 + (i % 9)), "code"],
    ["CustomerID", scattered.map((value, i) => (i === 7 ? scattered[3]! : value)), "repeated"],
    ["income", scattered, undefined],
    ["spend", counting.map((i) => i + 0.5), undefined],
    ["paid", counting.map((i) => i % 4), undefined],
  ])("%s", (name, values, kind) => {
    const found = idLikeColumns(tableOf({ [name]: values as number[], other: counting.map((i) => i * i) }));
    expect(found.find((each) => each.name === name)?.kind).toBe(kind);
  });
});

test("a table in ten spellings, in JSON and in Parquet has one checksum", async () => {
  const spellings: ((value: number) => string)[] = [
    (value) => String(value),
    (value) => value.toLocaleString("en-US", { maximumFractionDigits: 6 }),
    (value) => value.toLocaleString("de-DE", { maximumFractionDigits: 6 }),
    (value) => value.toLocaleString("fr-FR", { maximumFractionDigits: 6 }),
    (value) => value.toLocaleString("de-CH", { maximumFractionDigits: 6 }),
    (value) => `$${value.toLocaleString("en-US", { maximumFractionDigits: 6 })}`.replace("$-", "-$"),
    (value) => `${value.toLocaleString("de-DE", { maximumFractionDigits: 6 })} €`,
    (value) =>
      value < 0
        ? `(${Math.abs(value).toLocaleString("en-US", { maximumFractionDigits: 6 })})`
        : value.toLocaleString("en-US", { maximumFractionDigits: 6 }),
    (value) => (value < 0 ? `${Math.abs(value).toFixed(2)}-` : value.toFixed(2)),
    (value) => String(value).replace("-", "\u2212").replace(".", ","),
  ];
  const cents = fc.integer({ min: -9_999_999, max: 9_999_999 }).map((value) => value / 100);
  const rows = fc.array(fc.tuple(cents, cents, fc.constantFrom("north", "None", "süd")), {
    minLength: 4,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(rows, async (drawn) => {
      // A decimal and a group that no one can take for another, so that each file says how it is written.
      const table = [[1234567.25, 0.5, "north"] as const, ...drawn];
      const plain = await read(JSON.stringify(table.map(([a, b, c]) => ({ a, b, c }))), {}, "json");
      const parquet = join(folder, `${files++}.parquet`);
      const values = table.map(([a, b, c]) => `(${a}::DOUBLE, ${b}::DOUBLE, '${c}')`).join(", ");
      await withConnection((connection) =>
        connection.run(`COPY (SELECT * FROM (VALUES ${values}) t(a, b, c)) TO '${parquet}' (FORMAT parquet)`),
      );
      expect(tableChecksum(await readTable({ path: parquet }))).toBe(tableChecksum(plain));
      for (const spell of spellings) {
        const quoted = (text: string) => `"${text}"`;
        const lines = table.map(([a, b, c]) => [quoted(spell(a)), quoted(spell(b)), c].join(";"));
        const csv = await read(`a;b;c\n${lines.join("\n")}\n`);
        expect(tableChecksum(csv), lines.join(" | ")).toBe(tableChecksum(plain));
      }
    }),
    { numRuns: 4 },
  );
}, 60_000);
