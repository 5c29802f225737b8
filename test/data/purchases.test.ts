import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type Table, tableChecksum } from "../../src/core/table.js";
import { smallAnswer, withConnection } from "../../src/data/duckdb.js";
import { explainCustomers, readTable } from "../../src/data/index.js";
import { parseExperiment } from "../../src/sweep/config/experiment.js";
import { dayBefore } from "../../src/sweep/config/purchases.js";
import { refusal, temporaryFiles } from "./files.js";

const files = temporaryFiles();

/** The data of an experiment with these lines under `data`. */
function dataOf(lines: string) {
  const text = `name: t\ndata:\n${lines.replace(/^/gm, "  ")}\nprepare: { plain: [] }\nsweep: { kmeans: { k: 2 } }`;
  return parseExperiment(text).data;
}

const read = (path: string, lines: string) => readTable({ ...dataOf(`path: x.csv\n${lines}`), path });

/** Each customer with the values of the features, null where missing. */
function rowsOf(table: Table): Record<string, (number | null)[]> {
  const cells = (i: number) =>
    table.columns.map((column) => {
      const value = column.values[i] as number;
      return Number.isNaN(value) ? null : value;
    });
  return Object.fromEntries(table.id!.values.map((id, i) => [id, cells(i)]));
}

const namesOf = (table: Table) => table.columns.map(({ name }) => name);

/** Ada buys three times and brings something back, Ben once, Cy long ago. */
const log = [
  "customer,date,amount,category,store",
  "ada,2025-12-31,10,food,1",
  "ada,2025-12-31,5,toys,1",
  "ada,2025-12-01,20,food,2",
  "ben,2025-11-15,7.5,,2",
  "ada,2025-12-30,-20,food,2",
  "cy,2024-02-29,3,home,1",
].join("\n");

const measured = async (features: string, more = "", text = log) =>
  read(files.write("log.csv", text), `per: customer\nat: 2026-01-01\ndate: date\n${more}features: { ${features} }`);

const goldenFile = fileURLToPath(new URL("../golden/purchases.json", import.meta.url));
const goldenLog = fileURLToPath(new URL("../golden/data/purchases.csv", import.meta.url));
const goldenLines = `per: customer
at: 2026-01-01
features:
  recency: { days-since-last: date }
  tenure: { days-since-first: date }
  frequency: count
  frequency_90d: { count: true, window: 90d }
  returns: { count: true, only: { amount: "< 0" } }
  monetary: { sum: amount }
  monetary_1y: { sum: amount, window: 1y }
  bought_food: { sum: amount, only: { amount: "> 0", category: food } }
  basket: { mean: amount }
  basket_1y: { mean: amount, window: 1y }
  middle: { median: amount }
  least: { min: amount }
  most: { max: amount }
  kinds: { distinct: category }
  gap: { median-gap: date }
  gap_1y: { median-gap: date, window: 1y }
  gap_bought: { median-gap: date, only: { amount: "> 0" } }
  months: { active-months: date }
  trend: { trend: amount, window: 90d }
  share: { share: category, values: [food, home, toys] }
  spent: { share: category, of: amount, values: [food, home, toys] }`;

interface Golden {
  readonly customers: readonly string[];
  readonly features: Readonly<Record<string, readonly (number | null)[]>>;
}

/** The largest difference from pandas, against the larger of 1 and the value. */
function differences(table: Table, golden: Golden): Record<string, number> {
  const result: Record<string, number> = {};
  for (const column of table.columns) {
    const expected = golden.features[column.name]!;
    let worst = 0;
    for (let i = 0; i < table.rows; i++) {
      const [value, twin] = [column.values[i] as number, expected[i] ?? Number.NaN];
      if (Number.isNaN(value) && Number.isNaN(twin)) continue;
      const difference = Math.abs(value - twin) / Math.max(1, Math.abs(twin));
      worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
    }
    result[column.name] = worst;
  }
  return result;
}

describe("a log of purchases becomes customers", () => {
  test("and every measure equals pandas to 1e-12", async () => {
    const golden = JSON.parse(readFileSync(goldenFile, "utf8")) as Golden;
    const table = await read(goldenLog, goldenLines);
    expect(table.id).toEqual({ name: "customer", values: golden.customers });
    expect(namesOf(table).sort()).toEqual(Object.keys(golden.features).sort());
    for (const [name, worst] of Object.entries(differences(table, golden)))
      expect([name, worst <= 1e-12]).toEqual([name, true]);
  });

  test("the same to the bit from CSV, Parquet and JSON, and in any order of the rows", async () => {
    const plain = await read(goldenLog, goldenLines);
    const sum = tableChecksum(plain);
    const rows = `SELECT * FROM read_csv('${goldenLog}', types={'customer': 'VARCHAR', 'date': 'DATE'})`;
    const parquet = await files.copy("log.parquet", `${rows} ORDER BY hash(date, amount)`);
    const stamped = await files.copy(
      "stamped.parquet",
      rows.replace("*", "* REPLACE (date::TIMESTAMP + INTERVAL 23 HOUR AS date)"),
    );
    const json = await files.copy("log.json", `${rows} ORDER BY amount DESC`, "FORMAT json");
    for (const path of [parquet, stamped, json]) expect(tableChecksum(await read(path, goldenLines))).toBe(sum);
  });

  test("worked by hand: count, sum, mean, recency, tenure, months, gaps and kinds", async () => {
    const table = await measured(
      "n: count, m: { sum: amount }, b: { mean: amount }, r: { days-since-last: date }, t: { days-since-first: date }, a: { active-months: date }, g: { median-gap: date }, k: { distinct: category }",
    );
    expect(rowsOf(table)).toEqual({
      // Ada's days are the 1st, 30th and 31st: gaps of 29 and 1.
      ada: [4, 15, 3.75, 1, 31, 1, 15, 2],
      ben: [1, 7.5, 7.5, 47, 47, 1, null, 0],
      cy: [1, 3, 3, 672, 672, 1, null, 1],
    });
  });

  test("a window holds the days before at, none older; what has no purchases there is 0 or missing", async () => {
    const table = await measured(
      "n1: { count: true, window: 1d }, n31: { count: true, window: 1m }, m: { sum: amount, window: 1m }, b: { mean: amount, window: 1m }, r: { days-since-last: date, window: 2w }",
    );
    expect(rowsOf(table)).toEqual({
      ada: [2, 4, 15, 3.75, 1],
      ben: [0, 0, 0, null, null],
      cy: [0, 0, 0, null, null],
    });
  });

  test("returns subtract from sums, count as rows, and can be told apart by only", async () => {
    const table = await measured(
      'net: { sum: amount }, bought: { sum: amount, only: { amount: "> 0" } }, returns: { count: true, only: { amount: "< 0" } }, last: { days-since-last: date, only: { amount: "<0" } }',
    );
    expect(rowsOf(table)).toEqual({ ada: [15, 35, 1, 2], ben: [7.5, 7.5, 0, null], cy: [3, 3, 0, null] });
  });

  test("a share makes a column for each value, in order, of rows or of what was paid", async () => {
    const table = await measured("s: { share: category }, p: { share: category, of: amount, values: [food] }");
    expect(namesOf(table)).toEqual(["s_food", "s_home", "s_toys", "p_food"]);
    // 30 of the 35 that Ada paid; what came back is left out.
    expect(rowsOf(table)).toEqual({ ada: [0.75, 0, 0.25, 30 / 35], ben: [0, 0, 0, 0], cy: [0, 1, 0, 0] });
  });

  test("only takes a text, a number, or a list of them", async () => {
    const table = await measured(
      "a: { count: true, only: { category: food } }, b: { count: true, only: { store: 2 } }, c: { count: true, only: { category: [toys, home] } }",
    );
    expect(rowsOf(table)).toEqual({ ada: [3, 2, 1], ben: [0, 1, 0], cy: [0, 0, 1] });
  });

  test("a trend compares the last window with the one before", async () => {
    const table = await measured("t: { trend: amount, window: 30d }, n: { trend: count, window: 31d }");
    // Ada: 10 + 5 − 20 = −5 since the 2nd, 20 before; Ben: nothing, then 7.5; Cy: nothing at all.
    expect(rowsOf(table)).toEqual({ ada: [-1, 1], ben: [-1, -1], cy: [0, 0] });
  });

  test("an amount that is missing is no 0: means and medians leave it out", async () => {
    const table = await measured(
      "n: count, p: { count: amount }, m: { sum: amount }, b: { mean: amount }",
      "",
      "customer,date,amount\na,2025-01-01,4\na,2025-01-02,\nb,2025-01-01,\n",
    );
    expect(rowsOf(table)).toEqual({ a: [2, 1, 4, 4], b: [1, 0, 0, null] });
  });

  test("a customer keeps every digit of the name", async () => {
    const table = await measured(
      "n: count",
      "",
      "customer,date\n007,2025-01-01\n7,2025-01-01\n12345678901234567890,2025-01-01\n",
    );
    expect(table.id!.values).toEqual(["007", "12345678901234567890", "7"]);
  });

  test("the SQL is written out, and gives the same when it is run", async () => {
    const { sql } = (await explainCustomers({ ...dataOf(`path: x.csv\n${goldenLines}`), path: goldenLog }))!;
    expect(sql.replaceAll(goldenLog, "purchases.csv")).toMatchSnapshot();
    const table = await read(goldenLog, goldenLines);
    const rows = await withConnection(async (connection) => {
      const [make, ask] = sql.split(";\n\n");
      await connection.run(make!);
      return smallAnswer(connection, ask!);
    });
    const again = rows.map(([id, ...values]) => [id, values]);
    expect(Object.fromEntries(again)).toEqual(rowsOf(table));
  });
});

describe("days", () => {
  const days = (dates: readonly string[], more = "") =>
    measured(
      "r: { days-since-last: date }",
      more,
      ["customer;date", ...dates.map((each, i) => `${i};${each}`)].join("\n"),
    ).then((table) => Array.from(table.columns[0]!.values as Float64Array));

  test.each([
    ["ISO", ["2025-12-31", "2025-12-01 23:59", "2025-12-01T23:59:59.5", "2025-1-1"], [1, 31, 31, 365]],
    ["dotted", ["31.12.2025", "1.12.2025 08:15"], [1, 31]],
    ["with the day first, where one shows it", ["31/12/2025", "01/12/2025"], [1, 31]],
    ["with the month first, where one shows it", ["12/31/2025 8:26", "12/1/2025 8:26"], [1, 31]],
    ["eight digits", ["20251231", "20251201"], [1, 31]],
  ])("are read: %s", async (_, dates, expected) => {
    expect(await days(dates)).toEqual(expected);
  });

  test("that read either way are refused until it is said", async () => {
    expect(await refusal(() => days(["03/04/2025"]), files.folder)).toMatchInlineSnapshot(`
      "✘ column "date" can be read with the day or the month first, such as 03/04/2025   [NOT_DATE]
        → <folder>/log.csv
        ✎ say which in data: dates: day-first, or dates: month-first"
    `);
    expect(await days(["01/12/2025"], "dates: day-first\n")).toEqual([31]);
    expect(await days(["01/12/2025"], "dates: month-first\n")).toEqual([354]);
  });

  test("that are no dates are named", async () => {
    expect(await refusal(() => days(["2025-12-31", "soon", "2025-02-30"]), files.folder)).toMatchInlineSnapshot(`
      "✘ column "date" is not all dates: "soon" in row 2, "2025-02-30" in row 3; 1 of 3 are   [NOT_DATE]
        → <folder>/log.csv
        ✎ dates are read as 2026-01-31, 2026/01/31, 31.01.2026, 31/01/2026, 01/31/2026, 20260131, a time of day may follow; mend the value, or leave the field empty if it is missing"
    `);
  });

  test("of instants depend on the time zone, which must be said", async () => {
    const late = ["2025-12-30T23:30:00Z", "2025-12-30T23:30:00-05:00"];
    expect(await refusal(() => days(late), files.folder)).toMatchInlineSnapshot(`
      "✘ column "date" holds instants such as 2025-12-30T23:30:00Z, and which day that is depends on the time zone   [NOT_DATE]
        → <folder>/log.csv
        ✎ name the one whose days count in data: zone: UTC, or such as zone: Europe/Berlin"
    `);
    expect(await days(late, "zone: UTC\n")).toEqual([2, 1]);
    expect(await days(late, "zone: Europe/Berlin\n")).toEqual([1, 1]);
    expect(await days(late, "zone: America/New_York\n")).toEqual([2, 2]);
  });

  test("before a day, months and years end where the shorter month ends", () => {
    expect(dayBefore("2026-01-01", { count: 30, unit: "d" })).toBe("2025-12-02");
    expect(dayBefore("2026-01-01", { count: 2, unit: "w" })).toBe("2025-12-18");
    expect(dayBefore("2026-03-31", { count: 1, unit: "m" })).toBe("2026-02-28");
    expect(dayBefore("2024-02-29", { count: 1, unit: "y" })).toBe("2023-02-28");
    expect(dayBefore("2026-01-15", { count: 1, unit: "m" }, 2)).toBe("2025-11-15");
  });
});

describe("a log is refused, not bent", () => {
  const say = (work: () => Promise<unknown>) => refusal(work, files.folder);

  test("with purchases on or after at, unless they are to be left out", async () => {
    const later = `${log}\nben,2026-01-01,1,food,1\ndan,2026-02-01,1,food,1`;
    expect(await say(() => measured("n: count", "", later))).toMatchInlineSnapshot(`
      "✘ 2 of 8 purchases lie on or after 2026-01-01, the day to look back from; the last is on 2026-02-01   [OUT_OF_DOMAIN]
        → <folder>/log.csv
        ✎ look back from a later day (at: 2026-02-02), or leave them out: skip: [later]"
    `);
    const table = await measured("n: count", "skip: [later]\n", later);
    expect(rowsOf(table)).toEqual({ ada: [4], ben: [1], cy: [1] });
  });

  test("with at before the first purchase", async () => {
    const path = files.write("log.csv", log);
    const early = () => read(path, "per: customer\nat: 2020-01-01\ndate: date\nskip: [later]\nfeatures: { n: count }");
    expect(await say(early)).toMatchInlineSnapshot(`
      "✘ at is 2020-01-01, but the first purchase is on 2024-02-29: there is nothing to look back on   [EMPTY_TABLE]
        → <folder>/log.csv
        ✎ the last purchase is on 2025-12-31; at: 2026-01-01 looks back on all"
    `);
  });

  test("with purchases of nobody or of no day", async () => {
    const guests = `${log}\n,2025-12-31,1,food,1`;
    expect(await say(() => measured("n: count", "", guests))).toMatchInlineSnapshot(`
      "✘ 1 of 7 purchases have no customer   [MISSING_VALUE]
        → <folder>/log.csv
        ✎ give each its customer, or leave them out: skip: [nameless]"
    `);
    expect(rowsOf(await measured("n: count", "skip: [nameless]\n", guests))).toEqual({ ada: [4], ben: [1], cy: [1] });
    const undated = `${log}\nada,,1,food,1`;
    expect(await say(() => measured("n: count", "", undated))).toMatchInlineSnapshot(`
      "✘ 1 of 7 purchases have no date   [MISSING_VALUE]
        → <folder>/log.csv
        ✎ give each its date, or leave them out: skip: [undated]"
    `);
    expect(rowsOf(await measured("n: count", "skip: [undated]\n", undated))).toEqual({ ada: [4], ben: [1], cy: [1] });
  });

  test("where a text would be added up, or a column is not there", async () => {
    expect(await say(() => measured("m: { sum: category }"))).toMatchInlineSnapshot(`
      "✘ m needs numbers, but column "category" is text   [NOT_NUMBER]
        → <folder>/log.csv
        ✎ name a column of numbers; distinct and share take texts"
    `);
    expect(await say(() => measured("m: { sum: amuont }"))).toMatchInlineSnapshot(`
      "✘ unknown column "amuont"   [UNKNOWN_COLUMN]
        → <folder>/log.csv
        ✎ did you mean "amount"? known: customer, date, amount, category, store"
    `);
  });

  test("where a share would be too many columns", async () => {
    const many = Array.from({ length: 13 }, (_, i) => `a,2025-01-01,p${i}`).join("\n");
    expect(
      await say(() => measured("s: { share: product }", "", `customer,date,product\n${many}`)),
    ).toMatchInlineSnapshot(`
      "✘ s would be 13 columns, one for each product; 12 at most   [BAD_CONFIG]
        → <folder>/log.csv
        ✎ list those that matter: values: [p0, p1, p10]"
    `);
  });
});

describe("the grammar of a log", () => {
  const complaint = (lines: string) => {
    try {
      dataOf(`path: x.csv\n${lines}`);
    } catch (error) {
      return (error as Error).message;
    }
    return "no complaint";
  };

  test.each([
    ["per without at and features", "per: customer"],
    ["at without per", "at: 2026-01-01"],
    ["a day that is none", "per: c\nat: 2026-02-30\nfeatures: { n: count }"],
    ["two measures", "per: c\nat: 2026-01-01\ndate: d\nfeatures: { n: { sum: a, mean: a } }"],
    ["no measure", "per: c\nat: 2026-01-01\ndate: d\nfeatures: { n: { window: 30d } }"],
    ["an unknown measure", "per: c\nat: 2026-01-01\ndate: d\nfeatures: { n: { summ: a } }"],
    ["a window that is none", "per: c\nat: 2026-01-01\ndate: d\nfeatures: { n: { sum: a, window: soon } }"],
    ["a trend without window", "per: c\nat: 2026-01-01\ndate: d\nfeatures: { n: { trend: a } }"],
    ["no date", "per: c\nat: 2026-01-01\nfeatures: { n: count }"],
    ["two dates", "per: c\nat: 2026-01-01\nfeatures: { n: { days-since-last: d }, m: { days-since-first: e } }"],
    ["what does not go with per", "per: c\nat: 2026-01-01\nid: c\nfeatures: { n: { days-since-last: d } }"],
    ["a customer that is measured", "per: c\nat: 2026-01-01\ndate: d\nfeatures: { n: { distinct: c } }"],
    ["a date that is added up", "per: c\nat: 2026-01-01\ndate: d\nfeatures: { n: { max: d } }"],
  ])("refuses %s", (_, lines) => {
    expect(complaint(lines)).toMatchSnapshot();
  });
});
