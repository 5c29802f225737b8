import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { segmenta, workFolder } from "./harness.js";

const book = fileURLToPath(new URL("../golden/data/sheets.xlsx", import.meta.url));

function folder(): string {
  const cwd = workFolder();
  copyFileSync(book, join(cwd, "book.xlsx"));
  return cwd;
}

test("describe and init ask which sheet, and take it by name or number", async () => {
  const cwd = folder();
  const asked = await segmenta(cwd, "describe", "book.xlsx");
  expect(asked.code).toBe(2);
  expect(asked.err).toContain('name one: sheet: "Read me" in data, or --sheet "Read me"');
  expect((await segmenta(cwd, "describe", "book.xlsx", "--sheet", "Customers")).out).toContain("4 rows, 8 columns");
  expect((await segmenta(cwd, "init", "book.xlsx", "--sheet", "2")).code).toBe(0);
  expect(readFileSync(join(cwd, "experiments/book.yaml"), "utf8")).toContain("  path: book.xlsx\n  sheet: 2\n  id: id");
  const ran = await segmenta(cwd, "run", "book", "--dry-run");
  expect(ran.err).toBe("");
});
