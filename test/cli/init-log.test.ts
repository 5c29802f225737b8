/** `segmenta init` on a log of purchases: it is recognised, and what is written runs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findLog } from "../../src/cli/find-log.js";
import { stream } from "../../src/core/rng.js";
import { type Column, numberColumn, type Table } from "../../src/core/table.js";
import { segmenta, workFolder } from "./harness.js";

const text = (name: string, values: readonly (string | null)[]): Column => ({ kind: "text", name, values });
const number = (name: string, values: readonly number[]): Column => numberColumn(name, Float64Array.from(values));
const table = (columns: readonly Column[]): Table => ({ rows: columns[0]!.values.length, columns, id: null });
const ROWS = 60;
const each = <T>(of: (row: number) => T): T[] => Array.from({ length: ROWS }, (_, row) => of(row));
const day = (row: number) =>
  `2025-${String(1 + (row % 12)).padStart(2, "0")}-${String(1 + ((row * 7) % 28)).padStart(2, "0")}`;

describe("a log is", () => {
  test.each([
    ["a customer that repeats beside a date", "customer", each((i) => `c${i % 20}`)],
    ["one of another spelling", "CustomerID", each((i) => `c${i % 20}`)],
    ["one in another language", "Kundennummer", each((i) => `${i % 20}`)],
    ["a code that repeats, whatever it is called", "who", each((i) => `A${i % 20}`)],
  ])("%s", (_, name, values) => {
    const found = findLog(
      table([
        text(name, values),
        text("when", each(day)),
        number(
          "amount",
          each((i) => i - 3.5),
        ),
      ]),
    );
    expect(found).toMatchObject({ per: name, customers: 20, date: "when", amount: "amount", returns: true });
  });

  test("not a table of customers with a date, a town and an age", () => {
    const customers = [
      text(
        "CUST_ID",
        each((i) => `c${i}`),
      ),
      text("SIGNUP", each(day)),
      text(
        "TOWN",
        each((i) => `town ${i % 20}`),
      ),
      text(
        "ZIP",
        each((i) => `0${1000 + (i % 20)}`),
      ),
      number(
        "AGE",
        each((i) => 20 + (i % 30)),
      ),
    ];
    expect(findLog(table(customers))).toBeUndefined();
    expect(findLog(table(customers.slice(1)))).toBeUndefined();
  });

  test("with quantities and prices of one: what was paid is their product", async () => {
    const lines = ["Invoice,Quantity,InvoiceDate,UnitPrice,CustomerID"];
    for (let i = 0; i < 60; i++)
      lines.push(`${500 + i},${(i % 5) - 1},${day(i)},${1.5 + (i % 7)},1${2000 + (i % 15)}.0`);
    const cwd = workFolder({ "retail.csv": `${lines.join("\n")}\n` });
    expect((await segmenta(cwd, "init", "retail.csv")).err).toBe("");
    const written = readFileSync(join(cwd, "experiments/retail.yaml"), "utf8");
    expect(written).toContain(
      '  sql: "SELECT *, \\"Quantity\\" * \\"UnitPrice\\" AS amount FROM log"\n  files: { log: retail.csv }\n',
    );
    expect(written).toContain("monetary: { sum: amount } # returns, below 0, subtract");
    expect((await segmenta(cwd, "run", "retail", "--dry-run")).code).toBe(0);
  });

  test("not without a date", () => {
    expect(
      findLog(
        table([
          text(
            "customer",
            each((i) => `c${i % 20}`),
          ),
          number(
            "amount",
            each((i) => i),
          ),
        ]),
      ),
    ).toBeUndefined();
  });

  test("dated by whole numbers as well", () => {
    const dates = each((i) => Number(day(i).replaceAll("-", "")));
    const found = findLog(
      table([
        number(
          "member",
          each((i) => 1 + (i % 20)),
        ),
        number("yyyymmdd", dates),
      ]),
    );
    expect(found).toMatchObject({ per: "member", date: "yyyymmdd", amount: undefined });
  });
});

describe("what init writes for a log", () => {
  const lines = ["order,customer,date,amount,category"];
  const random = stream(1, "log");
  const draw = () => random.uniform();
  for (let i = 0; i < 400; i++) {
    const [c, back] = [i % 40, i % 17 === 5];
    const who = i % 100 === 7 ? "" : `c${c}`;
    lines.push(
      `${9000 + i},${who},${day(Math.floor(draw() * 336))},${back ? -5 : (c % 3) * 40 + 5 + (i % 9)},${["food", "toys"][draw() < 0.5 ? 0 : 1]}`,
    );
  }
  const log = `${lines.join("\n")}\n`;

  test("has the customer, the day after the last, measures, and what is left out", async () => {
    const cwd = workFolder({ "purchases.csv": log });
    const { out, err, code } = await segmenta(cwd, "init", "purchases.csv");
    expect({ err, code }).toEqual({ err: "", code: 0 });
    expect(out).toContain("npx segmenta run purchases");
    expect(readFileSync(join(cwd, "experiments/purchases.yaml"), "utf8")).toMatchSnapshot();
    const ran = await segmenta(cwd, "run", "purchases", "--dry-run");
    expect(ran.code).toBe(0);
    expect(ran.err).toBe("note: purchases left out of the log: 4 no customer\n");
  });

  test("asks to check a date that reads either way, and says whose days count", async () => {
    const either = log.replace(
      /2025-(\d\d)-(\d\d)/g,
      (_, m: string, d: string) => `${m}/${String((Number(d) % 12) + 1)}/2025`,
    );
    const cwd = workFolder({ "either.csv": either, "instants.csv": log.replace(/(2025-\d\d-\d\d)/g, "$1T23:30:00Z") });
    expect((await segmenta(cwd, "init", "either.csv")).err).toBe("");
    const first = readFileSync(join(cwd, "experiments/either.yaml"), "utf8");
    expect(first).toContain(
      "CHECK: this column reads with the day or the month first.\n  dates: day-first # or month-first",
    );
    expect((await segmenta(cwd, "init", "instants.csv")).err).toBe("");
    expect(readFileSync(join(cwd, "experiments/instants.yaml"), "utf8")).toContain("zone: UTC # whose days count");
  });
});
