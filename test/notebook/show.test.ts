/** What cells show, outside a notebook as text and inside as HTML. */
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { numberColumn, type Table } from "../../src/core/table.js";
import { toDanfo } from "../../src/notebook/danfo.js";
import { htmlTable, textTable } from "../../src/notebook/html-table.js";
import { progress } from "../../src/notebook/progress.js";
import { show } from "../../src/notebook/show.js";
import { values } from "../../src/notebook/values.js";

const printed: string[] = [];
beforeAll(() => {
  vi.spyOn(console, "log").mockImplementation((text: string) => void printed.push(text));
});
afterEach(() => {
  printed.length = 0;
});

const customers: Table = {
  rows: 3,
  id: { name: "ID", values: ["a1", "a2", "a3"] },
  columns: [
    numberColumn("BALANCE", Float64Array.of(1234.5678, Number.NaN, 0)),
    { kind: "text", name: "TOWN", values: ["Bern", null, "Uri"] },
  ],
};

describe("show", () => {
  test("a table: head, missing values and size", () => {
    show(customers, { rows: 2 });
    expect(printed).toEqual([
      "ID   BALANCE  TOWN\na1  1,234.57  Bern\na2         –  –\n3 rows × 3 columns; the first 2 shown",
    ]);
  });

  test("rows of objects, with the columns asked for in that order", () => {
    show(
      [
        { k: 2, silhouette: 0.4933, loss: null },
        { k: 3, silhouette: 1e-9, more: [1] },
      ],
      { columns: ["silhouette", "k"], caption: "two" },
    );
    expect(printed).toEqual(["silhouette  k\n    0.4933  2\n  1.000e-9  3\ntwo"]);
  });

  test.each([
    ["a matrix", { rows: 1, cols: 2, data: Float64Array.of(1, 2) as never }, "1  2\n1  2\n1 row × 2 columns"],
    ["columns and rows", { columns: ["x"], rows: [[true]] }, "x\ntrue\n1 row × 1 column"],
    ["a text", "## words", "## words"],
    ["a figure, by its words", { data: [], layout: {}, alt: "a map of 9 rows" }, "[figure] a map of 9 rows"],
    ["a figure, by its title", { data: [], layout: { title: { text: "How many?" } } }, "[figure] How many?"],
  ])("%s", (_name, thing, text) => {
    show(thing);
    expect(printed).toEqual([text]);
  });

  test("refuses a column that is not there, and a thing it does not know", () => {
    expect(() => show(customers, { columns: ["BALANC"] })).toThrow(expect.objectContaining({ code: "UNKNOWN_COLUMN" }));
    expect(() => show({ other: 1 } as never)).toThrow(expect.objectContaining({ code: "BAD_USAGE" }));
  });
});

test("HTML escapes what it is given and puts numbers to the right", () => {
  const html = htmlTable({ columns: ["<a>", "n"], rows: [["<script>", 1]], caption: "a & b" });
  expect(html).toContain('<td style="text-align:left;padding:2px 10px">&lt;script&gt;</td>');
  expect(html).toContain('<td style="text-align:right;padding:2px 10px">1</td>');
  expect(html).toContain("a &amp; b");
  expect(html).not.toMatch(/<script>|<a>/);
});

test("text tables of no rows are their head", () => {
  expect(textTable({ columns: ["a", "b"], rows: [] })).toBe("a  b");
});

describe("values", () => {
  test("prints a table", () => {
    values({ silhouette: 0.4933, winner: "kmeans" });
    expect(printed).toEqual(["             value\nsilhouette  0.4933\nwinner      kmeans"]);
  });

  test("refuses tolerances of nothing and below 0", () => {
    expect(() => values({ a: 1 }, { b: { absolute: 1 } })).toThrow(expect.objectContaining({ code: "UNKNOWN_NAME" }));
    expect(() => values({ a: 1 }, { a: { relative: -1 } })).toThrow(expect.objectContaining({ code: "PARAM_RANGE" }));
  });
});

test("progress says the last step and the last words", () => {
  const bar = progress("sweep");
  for (let i = 1; i <= 50; i++) bar.update(i, 50, "kmeans");
  bar.finish("50 done");
  expect(printed.at(-2)).toBe("sweep: 50 of 50, kmeans");
  expect(printed.at(-1)).toBe("sweep: 50 done");
});

test("danfojs gets the same rows, with nulls where values are missing", () => {
  const frame = toDanfo(customers);
  expect(frame.columns).toEqual(["ID", "BALANCE", "TOWN"]);
  expect(frame.values).toEqual([
    ["a1", 1234.5678, "Bern"],
    ["a2", null, null],
    ["a3", 0, "Uri"],
  ]);
  expect(frame.isNa().sum({ axis: 0 }).values).toEqual([0, 1, 1]);
});
