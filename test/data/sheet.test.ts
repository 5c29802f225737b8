import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { tableChecksum } from "../../src/core/table.js";
import { readTable } from "../../src/data/index.js";
import { refusal, temporaryFiles } from "./files.js";

const files = temporaryFiles();
const of = (name: string) => fileURLToPath(new URL(`../golden/data/${name}.xlsx`, import.meta.url));
const folder = fileURLToPath(new URL("../golden/data", import.meta.url));

describe("an Excel sheet", () => {
  test("is read as stored: every digit, leading zeros, days and times, true and false", async () => {
    const table = await readTable({ path: of("sheets"), sheet: "Customers", id: "id" });
    expect(table.id!.values).toEqual(["007", "008", "12345678901234567890", "010"]);
    const shape = table.columns.map(({ kind, name, values }) => [
      kind,
      name,
      ...Array.from(values as ArrayLike<unknown>),
    ]);
    expect(shape).toEqual([
      ["number", "spend", 1234.5678901234, -3, 1e-9, 0.1],
      ["number", "share", 0.125, 0.5, Number.NaN, 1],
      ["text", "since", "2025-12-31", "2024-02-29", "1999-01-01", null],
      ["text", "seen", "2025-12-31 23:30:00", "2024-02-29 00:00:00", null, null],
      ["number", "member", 1, 0, 1, 0],
      ["text", "tier", "None", "gold", " padded ", "gold"],
      ["text", "mixed", "1", "x", "2.5", "true"],
    ]);
  });

  test("has the checksum of the same rows in CSV", async () => {
    const csv = [
      "id,spend,share,since,seen,member,tier,mixed",
      "007,1234.5678901234,0.125,2025-12-31,2025-12-31 23:30:00,true,None,1",
      "008,-3,0.5,2024-02-29,2024-02-29 00:00:00,false,gold,x",
      "12345678901234567890,1e-9,,1999-01-01,,true, padded ,2.5",
      "010,0.1,1,,,false,gold,true",
    ].join("\n");
    const written = await readTable({ path: files.write("t.csv", csv), id: "id" });
    const sheet = await readTable({ path: of("sheets"), sheet: 2, id: "id" });
    expect(tableChecksum(sheet)).toBe(tableChecksum(written));
  });

  test("holds nothing where Excel shows an error", async () => {
    const { columns } = await readTable({ path: of("errors") });
    expect(columns.map(({ values }) => Array.from(values as Float64Array))).toEqual([
      [1, 2],
      [Number.NaN, 5],
    ]);
  });

  test("must be named where several hold something, and be there", async () => {
    const say = (sheet?: string | number) =>
      refusal(() => readTable({ path: of("sheets"), ...(sheet === undefined ? {} : { sheet }) }), folder);
    expect(await say()).toMatchInlineSnapshot(`
      "✘ "sheets.xlsx" has 2 sheets: Read me and Customers   [BAD_USAGE]
        → <folder>/sheets.xlsx
        ✎ name one: sheet: "Read me" in data, or --sheet "Read me""
    `);
    expect(await say("customers")).toMatchInlineSnapshot(`
      "✘ no sheet "customers"   [NOT_FOUND]
        → <folder>/sheets.xlsx
        ✎ did you mean "Customers"? known: Read me, Customers, Empty"
    `);
    expect(await say(4)).toMatchInlineSnapshot(`
      "✘ no sheet 4; there are 3   [NOT_FOUND]
        → <folder>/sheets.xlsx
        ✎ known: Read me, Customers, Empty"
    `);
    expect(await say("Empty")).toMatchInlineSnapshot(`
      "✘ sheet "Empty" of "sheets.xlsx" is empty   [EMPTY_TABLE]
        → <folder>/sheets.xlsx, sheet Empty
        ✎ give a sheet with a header and at least one row"
    `);
  });

  test("is refused where the file is something else", async () => {
    const path = files.write("fake.xlsx", "a,b\n1,2\n");
    expect(await refusal(() => readTable({ path }), files.folder)).toMatchInlineSnapshot(`
      "✘ cannot read "fake.xlsx": it is not an Excel file (.xlsx)   [NOT_READABLE]
        → <folder>/fake.xlsx
        ✎ check that the file is whole, may be read, and is what its extension says"
    `);
  });
});
