/** What `segmenta init` writes can be read, whatever the columns are called and hold. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { experimentText } from "../../src/cli/init-experiment.js";
import { stream } from "../../src/core/rng.js";
import { type Column, numberColumn, type Table } from "../../src/core/table.js";
import { parseExperiment } from "../../src/sweep/config/experiment.js";
import { segmenta, workFolder } from "./harness.js";

const ROWS = 40;
const numbers = (name: string, value: (row: number) => number): Column =>
  numberColumn(
    name,
    Float64Array.from({ length: ROWS }, (_, row) => value(row)),
  );
const texts = (name: string, value: (row: number) => string | null): Column => ({
  kind: "text",
  name,
  values: Array.from({ length: ROWS }, (_, row) => value(row)),
});
const table = (columns: readonly Column[]): Table => ({ rows: columns[0]!.values.length, columns, id: null });

/** The columns that a step of the first preparation names. */
const namedBy = (text: string, step: string) =>
  parseExperiment(text)
    .prepare[0]!.steps.filter(({ step: { name } }) => name === step)
    .flatMap(({ params }) => (params["columns"] as string[] | undefined) ?? []);

describe("the file that init writes gives back", () => {
  const plain = [
    "spend",
    "a.b/c-d",
    "_x",
    "Größe",
    "Income, yearly",
    "x]y",
    "[x]",
    "{x: 1}",
    "a: b",
    "a #b",
    "#a",
    "- a",
  ];
  const quoted = [
    "it's",
    '"q"',
    'half "',
    "\\n",
    "two\nlines",
    "tab\there",
    " before",
    "after ",
    "*a",
    "&a",
    "!a",
    "%a",
  ];
  const words = [
    "yes",
    "no",
    "on",
    "true",
    "null",
    "~",
    "12",
    "1e3",
    "0x1f",
    ".5",
    "2024-05-01",
    "2..4",
    "<<",
    "=",
    "@a",
  ];
  const long = ["many words ".repeat(12).trim(), "x".repeat(100), `${"a, b ".repeat(20)}`];
  const rng = stream(1, "names of columns");
  const letters = [..."ab 1,:[]{}#'\"\n\\&*!|>%@`?-.é…"];
  const drawn = Array.from({ length: 40 }, () =>
    Array.from({ length: 1 + rng.int(8) }, () => letters[rng.int(letters.length)]!).join(""),
  );

  test.each([...plain, ...quoted, ...words, ...long, ...drawn])("the name %j", (name) => {
    const named = (column: string) => `${name}${column}`;
    const columns = [
      texts(name, (row) => `customer ${row}`),
      texts(named("long"), (row) => `remark ${row % 20}`),
      numbers(named("skewed"), (row) => (row === 0 ? Number.NaN : row === 1 ? 1e6 : row)),
      texts(named("short"), (row) => (row === 0 ? null : ["north", "south"][row % 2]!)),
    ];
    const path = `folder of ${name}/table.csv`;
    const text = experimentText("first", path, table(columns));
    expect(parseExperiment(text).data).toMatchObject({ path, id: name });
    expect(namedBy(text, "drop")).toEqual([named("long")]);
    expect(namedBy(text, "log1p")).toEqual([named("skewed")]);
    expect(namedBy(text, "impute")).toEqual([named("skewed"), named("short")]);
    expect(namedBy(text, "one-hot")).toEqual([named("short")]);
  });

  test.each(["2024", "null", "1e3", "on"])("the experiment's own name %j", (name) => {
    const text = experimentText(name, "t.csv", table([numbers("a", (row) => row)]));
    expect(parseExperiment(text).name).toBe(name);
  });

  test("many names with commas, a line for each", () => {
    const names = Array.from({ length: 12 }, (_, i) => `remark, ${i}: kind [x]`);
    const columns = [
      numbers("a", (row) => row % 9),
      ...names.map((name) => texts(name, (row) => `${name} ${row % 20}`)),
    ];
    expect(namedBy(experimentText("first", "t.csv", table(columns)), "drop")).toEqual(names);
  });
});

test("columns without values and constant ones are dropped, each with its reason, and not counted", () => {
  const text = experimentText(
    "first",
    "t.csv",
    table([
      numbers("spend", (row) => row % 9),
      numbers("year", () => 2024),
      numbers("fax", () => Number.NaN),
      texts("country", (row) => (row === 3 ? null : "CH")),
      texts("remark", (row) => `remark ${row % 20}`),
    ]),
  );
  expect(text.slice(text.indexOf("prepare:"), text.indexOf("sweep:"))).toMatchSnapshot();
  expect(text).toContain("40 rows, 1 feature.");
  expect(namedBy(text, "drop")).toEqual(["fax", "year", "country", "remark"]);
});

test("columns that say what another one says are dropped, with a note which", () => {
  const cities = ["Bern", "Basel", "Lyon", "Nice"];
  const text = experimentText(
    "first",
    "t.csv",
    table([
      texts("region", (row) => (row % 4 < 2 ? "CH" : "FR")),
      texts("city", (row) => cities[row % 4]!),
      numbers("spend", (row) => ((row * 7) % 11) + row / 100),
      numbers("spend in cents", (row) => 100 * ((row * 7) % 11) + row),
    ]),
  );
  expect(namedBy(text, "drop")).toEqual(["region", "spend in cents"]);
  expect(text.slice(text.indexOf("prepare:"), text.indexOf("sweep:"))).toMatchSnapshot();
});

describe("init refuses what nothing can be made of, and writes nothing:", () => {
  const remarks = Array.from({ length: 30 }, (_, i) => `remark ${i % 20},7`);
  const prices = Array.from({ length: 30 }, (_, i) => `${i},5`);
  test.each([
    ["one row", "a,b\n1,2\n"],
    ["three rows", "a,b\n1,2\n3,4\n5,6\n"],
    ["texts of many kinds and a constant", `remark,year\n${remarks.join("\n")}\n`],
    ["names of the rows alone", `who\n${prices.map((_, i) => `c${i}`).join("\n")}\n`],
  ])("%s", async (_, csv) => {
    const folder = workFolder({ "t.csv": csv });
    const { code, out, err } = await segmenta(folder, "init", "t.csv");
    expect(err).toMatchSnapshot();
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(existsSync(join(folder, "experiments"))).toBe(false);
  });
});

test.each([4, 9, 10, 39, 40])("dbscan asks for no more neighbours than half of %i rows", async (rows) => {
  const lines = Array.from({ length: rows }, (_, i) => `${(i * 7) % 5},${(i * 3) % 4}`);
  const folder = workFolder({ "t.csv": `a,b\n${lines.join("\n")}\n` });
  expect(await segmenta(folder, "init", "t.csv")).toMatchObject({ code: 0 });
  const text = readFileSync(join(folder, "experiments/t.yaml"), "utf8");
  const asked = parseExperiment(text).sweep.find(({ algorithm }) => algorithm.name === "dbscan")!;
  const counts = new Set(asked.grid.map((params) => params["minSamples"]));
  expect([...counts]).toEqual(rows < 10 ? [2] : rows < 40 ? [5] : [5, 20]);
  if (rows < 10) expect(await segmenta(folder, "run", "t", "seeds=1")).toMatchObject({ code: 0 });
});

test("numbers with decimal commas are read as such; init says how, and does not take them for names", async () => {
  const rows = Array.from({ length: 30 }, (_, i) => `${i},${i % 10};${["1,5", "2,25", "3"][i % 3]};${i % 7}`);
  const folder = workFolder({ "t.csv": `price;discount;visits\n${rows.join("\n")}\n` });
  expect(await segmenta(folder, "init", "t.csv")).toMatchObject({ code: 0 });
  const text = readFileSync(join(folder, "experiments/t.yaml"), "utf8");
  expect(text.slice(0, text.indexOf("sweep:"))).toMatchSnapshot();
});

test("a table with a comma and a bracket in its header goes through init and run", async () => {
  const rows = Array.from({ length: 30 }, (_, i) => `${i % 7},${2 ** i},${["x", "y"][i % 2]}`);
  const folder = workFolder({ "2024.csv": `a,"Income, yearly",x]y\n${rows.join("\n")}\n` });
  expect(await segmenta(folder, "init", "2024.csv")).toMatchObject({ code: 0 });
  expect(readFileSync(join(folder, "experiments/2024.yaml"), "utf8")).toContain('["Income, yearly"]');
  expect(await segmenta(folder, "run", "2024", "seeds=1")).toMatchObject({ code: 0 });
});
