import { describe, expect, test } from "vitest";
import { tableChecksum } from "../../src/core/table.js";
import { explainCustomers, readTable } from "../../src/data/index.js";
import { parseExperiment } from "../../src/sweep/config/experiment.js";
import { refusal, temporaryFiles } from "./files.js";

const files = temporaryFiles();
const customers = files.write("customers.csv", "id,age,town\n007,30,x\n008,,y\n009,50,x\n");
const orders = await files.copy(
  "orders.parquet",
  "SELECT * FROM (VALUES ('007', DATE '2025-01-01', 10.5), ('007', DATE '2025-03-01', 2), ('009', DATE '2025-02-01', 4)) t(id, day, paid)",
);
const named = { customers, orders };
const ask = (sql: string, more = {}) => readTable({ path: "data.sql", sql, files: named, ...more });
const say = (sql: string) => refusal(() => ask(sql), files.folder);

describe("data.sql", () => {
  test("is one SELECT over the named files, numbers as numbers and days as days", async () => {
    const table = await ask(
      `SELECT id, age, count(paid) AS n, coalesce(sum(paid), 0) AS paid, max(day) - min(day) AS days
       FROM customers LEFT JOIN orders USING (id) GROUP BY id, age ORDER BY id;`,
      { id: "id" },
    );
    expect(table.id!.values).toEqual(["007", "008", "009"]);
    expect(table.columns.map(({ name, values }) => [name, ...Array.from(values as Float64Array)])).toEqual([
      ["age", 30, Number.NaN, 50],
      ["n", 2, 0, 1],
      ["paid", 12.5, 0, 4],
      ["days", 59, Number.NaN, 0],
    ]);
  });

  test("that takes all of a file is that file", async () => {
    const whole = await ask("SELECT * FROM customers", { id: "id" });
    expect(tableChecksum(whole)).toBe(tableChecksum(await readTable({ path: customers, id: "id" })));
  });

  test("can make the log that data.per reads", async () => {
    const text = `name: t
data:
  sql: SELECT town, day, paid FROM orders JOIN customers USING (id)
  files: { customers: c.csv, orders: o.parquet }
  per: town
  at: 2026-01-01
  features: { last: { days-since-last: day }, paid: { sum: paid } }
prepare: { plain: [] }
sweep: { kmeans: { k: 2 } }`;
    const table = await readTable({ ...parseExperiment(text).data, files: named });
    expect(table.id!.values).toEqual(["x"]);
    expect(table.columns.map(({ values }) => values[0])).toEqual([306, 16.5]);
    const { sql } = (await explainCustomers({ ...parseExperiment(text).data, files: named }))!;
    expect(sql).toContain(
      "CREATE TEMP TABLE answer AS\nSELECT town, day, paid FROM orders JOIN customers USING (id);\n",
    );
  });

  test.each([
    ["writes", "DROP TABLE customers"],
    ["writes a file", "COPY customers TO 'x.csv'"],
    ["opens a database", "ATTACH 'x.duckdb'"],
    ["is two statements", "SELECT 1 AS a; DROP TABLE customers"],
    ["is none", "-- nothing"],
    ["reads a file that is not named", "SELECT * FROM read_csv('/etc/passwd')"],
    ["reads another by its path", "SELECT * FROM '/etc/passwd'"],
    ["reads a table that is not there", "SELECT * FROM costumers"],
    ["is no SQL", "SELECT FROM WHERE"],
  ])("that %s is refused", async (_, sql) => {
    expect(await say(sql)).toMatchSnapshot();
  });

  const complaint = (lines: string) => {
    try {
      parseExperiment(`name: t\ndata: { ${lines} }\nprepare: { plain: [] }\nsweep: { kmeans: { k: 2 } }`);
    } catch (error) {
      return (error as Error).message;
    }
    return "no complaint";
  };

  test("goes with files, and with no path", () => {
    expect(complaint("sql: select 1")).toBe("data.sql needs data.files");
    expect(complaint("files: { a: a.csv }, path: x.csv")).toBe("data.files needs data.sql");
    expect(complaint("sql: select 1, files: { a: a.csv }, path: x.csv")).toBe("data.path does not go with data.sql");
    expect(complaint("path: x.csv, sheet: 2")).toBe("data.sheet is for .xlsx files");
    expect(complaint('sql: select 1, files: { "a b": a.csv }')).toBe('"a b" cannot name a table');
  });
});
