import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { segmenta, workFolder } from "./harness.js";

/** Forty customers: half buy often and little, half seldom and much. */
const log = ["customer,date,amount"];
for (let c = 0; c < 40; c++) {
  const often = c % 2 === 0;
  for (let i = 0; i < (often ? 12 : 2); i++) {
    const day = String(1 + ((7 * c + 3 * i) % 28)).padStart(2, "0");
    const month = String(1 + ((c + i) % 12)).padStart(2, "0");
    log.push(`c${String(c).padStart(2, "0")},2025-${month}-${day},${often ? 5 + (c % 7) : 200 + c}`);
  }
}

const experiment = `name: shop
data:
  path: log.csv
  per: customer
  at: 2026-01-01
  features:
    recency: { days-since-last: date }
    frequency: count
    monetary: { sum: amount }
prepare: { standard: [scale: standard] }
sweep: { kmeans: { k: 2..3 } }
select: { rule: max-silhouette }
`;

const folder = (extra = "") =>
  workFolder({ "log.csv": `${log.join("\n")}\n${extra}`, "experiments/shop.yaml": experiment });

test("a log is run like any table, and its customers get segments", async () => {
  const cwd = folder();
  const ran = await segmenta(cwd, "run", "shop", "--jobs", "1");
  expect(ran.code).toBe(0);
  expect(ran.err).not.toContain("note:");
  const assignments = readFileSync(join(cwd, "results/shop/assignments.csv"), "utf8").trim().split("\n");
  expect(assignments).toHaveLength(41);
  const model = readFileSync(join(cwd, "results/shop/model.json"), "utf8");
  for (const name of ["recency", "frequency", "monetary"]) expect(model).toContain(`"${name}"`);
}, 60_000);

test("--explain writes out the SQL that makes customers of the log", async () => {
  const { out, code } = await segmenta(folder(), "run", "shop", "--dry-run", "--explain");
  expect(code).toBe(0);
  expect(out.slice(0, out.indexOf('ORDER BY "customer";') + 24)).toMatchSnapshot();
});

test("what is left out of the log is said", async () => {
  const cwd = folder("c00,2026-03-01,1\n,2025-03-01,1\n");
  const refused = await segmenta(cwd, "run", "shop", "--dry-run");
  expect(refused.code).toBe(2);
  expect(refused.err).toContain("skip: [nameless]");
  const ran = await segmenta(cwd, "run", "shop", "data.skip=[nameless, later]", "--dry-run");
  expect(ran.code).toBe(0);
  expect(ran.err).toBe("note: purchases left out of the log: 1 on or after 2026-01-01, 1 no customer\n");
});
