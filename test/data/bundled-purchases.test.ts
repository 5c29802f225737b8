/** The bundled log of purchases is what its card says, and its experiment reads it. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readTable } from "../../src/data/index.js";
import { parseExperiment } from "../../src/sweep/config/experiment.js";

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const path = at("experiments/data/purchases.parquet");

test("the log has 200,000 purchases of 5,000 customers in two years", async () => {
  const { rows, columns } = await readTable({ path });
  expect(rows).toBe(200_000);
  expect(columns.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    "customer text",
    "date text",
    "amount number",
    "category text",
  ]);
  const days = (columns[1]!.values as string[]).toSorted();
  expect([days[0]! >= "2024-01-01", days.at(-1)]).toEqual([true, "2025-12-31"]);
});

test("its experiment makes a row for each customer, and only the rhythm may be missing", async () => {
  const { data } = parseExperiment(readFileSync(at("experiments/purchases.yaml"), "utf8"));
  const table = await readTable({ ...data, path });
  expect(table.rows).toBe(5000);
  expect(table.columns.map(({ name }) => name)).toEqual([
    "recency",
    "frequency",
    "monetary",
    "basket",
    "rhythm",
    "returned",
    "trend",
    "share_food",
    "share_clothes",
    "share_toys",
  ]);
  const missing = table.columns.filter((column) => column.kind === "number" && column.valid !== null);
  expect(missing.map(({ name }) => name)).toEqual(["rhythm"]);
});
