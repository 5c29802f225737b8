import { describe, expect, test } from "vitest";
import { stream } from "../../src/core/rng.js";
import { dependenceInWords, dependences } from "../../src/data/dependences.js";
import { tableOf } from "../preprocessing/tables.js";

const rng = stream(14, "test/dependences");
const rows = Array.from({ length: 200 });
const city = rows.map(() => ["Bern", "Basel", "Lyon", "Nice", "Kyiv"][rng.int(5)]!);
const regionOf: Record<string, string> = { Bern: "CH", Basel: "CH", Lyon: "FR", Nice: "FR", Kyiv: "UA" };
const income = rows.map(() => Math.round(2000 + 1000 * rng.normal()));
const age = rows.map(() => 18 + rng.int(60));

describe("finds", () => {
  test.each([
    ["the region of a city, whichever stands first", { region: city.map((each) => regionOf[each]!), income, city }, ["each city has one region"]], // biome-ignore format: one case a line
    ["a code for each text, and keeps the text", { code: city.map((each) => each.charCodeAt(0) + each.charCodeAt(1)), city }, ["code repeats city"]], // biome-ignore format: one case a line
    ["the same amounts in another currency, rounded", { income, euro: income.map((each) => Math.round(each / 1.08)) }, ["euro is a straight line of income"]], // biome-ignore format: one case a line
    ["a column twice", { income, again: income }, ["again repeats income"]],
    ["an age band, and a flag beside the amount", { band: age.map((each) => (each < 30 ? "young" : each < 50 ? "middle" : "old")), age, rich: income.map((each) => (each > 2500 ? 1 : 0)), income }, ["band cuts age into bands", "rich cuts income into bands"]], // biome-ignore format: one case a line
    ["a function with a few missing values", { region: city.map((each, i) => (i === 7 ? null : regionOf[each]!)), city: city.map((each, i) => (i === 9 ? null : each)) }, ["each city has one region"]], // biome-ignore format: one case a line
    ["a chain by its first link", { a: city, b: city.map((each) => regionOf[each]!), c: city.map((each) => (each === "Kyiv" ? "east" : "west")) }, ["each a has one b", "each a has one c"]], // biome-ignore format: one case a line
  ])("%s", (_, columns, expected) => {
    expect(dependences(tableOf(columns)).map(dependenceInWords)).toEqual(expected);
  });
});

describe("finds nothing in", () => {
  const name = rows.map((_, i) => `customer ${i}`);
  test.each([
    ["independent columns", { city, income, age, plan: rows.map(() => ["a", "b"][rng.int(2)]!) }],
    ["a name that is different in every row, which determines everything", { name, city }],
    [
      "an association with one exception",
      { city, region: city.map((each, i) => (i === 50 ? "elsewhere" : regionOf[each]!)) },
    ],
    ["a correlation of .99", { income, spent: income.map((each) => each + 140 * rng.normal()) }],
    ["a square", { income, square: income.map((each) => each * each) }],
    ["a constant", { city, year: rows.map(() => 2024) }],
    ["a text that fills the gaps of another", { city: city.map((each, i) => (i < 100 ? each : null)), region: city.map((each) => regionOf[each]!) }], // biome-ignore format: one case a line
    ["too few rows to tell", { a: ["x", "y", "x"], b: ["p", "q", "p"] }],
  ])("%s", (_, columns) => {
    expect(dependences(tableOf(columns))).toEqual([]);
  });
});

test("compares only the columns named", () => {
  const table = tableOf({ city, region: city.map((each) => regionOf[each]!), income });
  expect(dependences(table, ["region", "income"])).toEqual([]);
});
