/**
 * The committed notebooks on the real kernel: their numbers are still those they were committed with, and equal the
 * tables of `results/` (each `confirm` in a cell says so or throws). Then the same with faults put in.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Notebook } from "../../src/notebook/index.js";
import { segmenta } from "../sweep/processes.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const names = readdirSync(join(root, "notebooks")).filter((name) => name.endsWith(".ipynb"));

test("there are four: explore, choose, segments, deploy", () => {
  expect(names).toEqual(["01-explore.ipynb", "02-choose.ipynb", "03-segments.ipynb", "04-deploy.ipynb"]);
});

test.each(["notebooks/README.md", "src/cli/commands/notebook.ts"])(
  "the example with -p in %s names a parameter of its notebook",
  (file) => {
    const found = /notebook run (\S+\.ipynb) -p (\w+)=\d+/.exec(readFileSync(join(root, file), "utf8"));
    const { cells } = JSON.parse(readFileSync(join(root, found![1]!), "utf8")) as Notebook;
    const parameters = cells.find((cell) => cell.metadata.tags?.includes("parameters"))!;
    expect([parameters.source].flat().join("")).toContain(`const ${found![2]} = `);
  },
);

describe.each(names)("%s", (name) => {
  const path = join(root, "notebooks", name);
  const text = readFileSync(path, "utf8");
  const notebook = JSON.parse(text) as Notebook;
  const code = notebook.cells.filter((cell) => cell.cell_type === "code");

  test("is committed executed, small, and asks first and answers last", () => {
    expect(code.map((cell) => cell.execution_count)).toEqual(code.map((_, i) => i + 1));
    expect(text.length).toBeLessThan(600_000);
    expect(text).not.toContain("plotly.js v");
    expect([notebook.cells[0]!.source].flat().join("")).toContain("**Question.**");
    expect([notebook.cells.at(-2)!.source].flat().join("")).toBe("## Answer");
  });

  test("has a picture in every figure for viewers that run no scripts", () => {
    const figures = code.flatMap((cell) => cell.outputs).filter((output) => JSON.stringify(output).includes("plotly"));
    for (const figure of figures) expect(JSON.stringify(figure)).toContain("data:image/png;base64,");
  });

  test("gives its committed numbers again, and leaves the file alone", async () => {
    const { code, out, err } = await segmenta(root, "notebook", "run", `notebooks/${name}`, "--check");
    expect(code, err).toBe(0);
    expect(out).toMatch(/^✔ notebooks\/\S+: \d\d values as committed\n$/);
    expect(readFileSync(path, "utf8")).toBe(text);
  }, 180_000);
});

describe("a fault", () => {
  let folder: string;
  const file = () => join(folder, "notebooks", "01-explore.ipynb");
  const check = () => segmenta(folder, "notebook", "run", "notebooks/01-explore.ipynb", "--check");
  const committed = readFileSync(join(root, "notebooks", "01-explore.ipynb"), "utf8");

  beforeAll(() => {
    mkdirSync(join(root, ".cache"), { recursive: true });
    folder = mkdtempSync(join(root, ".cache", "notebooks-"));
    mkdirSync(join(folder, "notebooks"));
    symlinkSync(join(root, "experiments"), join(folder, "experiments"));
    cpSync(join(root, "results/credit-cards-classic"), join(folder, "results/credit-cards-classic"), {
      recursive: true,
      filter: (from) => !from.includes(".runs"),
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("in a committed number is named with its cell: 3", async () => {
    writeFileSync(file(), committed.replace('"missing MINIMUM_PAYMENTS": 316', '"missing MINIMUM_PAYMENTS": 317'));
    const { code, err } = await check();
    expect(err).toMatch(/cell 5 .*missing MINIMUM_PAYMENTS: committed 317, now 316/s);
    expect(code).toBe(3);
  }, 120_000);

  test("in the tables of results/ is named with the cell that holds itself to them: 2", async () => {
    writeFileSync(file(), committed);
    const path = join(folder, "results/credit-cards-classic/metrics.csv");
    const table = readFileSync(path, "utf8");
    writeFileSync(path, table.replace(/^(zero-cells.*?),7,/m, "$1,6,"));
    expect(readFileSync(path, "utf8")).not.toBe(table);
    const { code, err } = await check();
    writeFileSync(path, table);
    expect(err).toMatch(/cell 7 .*zero patterns is 7 here and 6 in the committed tables/s);
    expect(code).toBe(2);
  }, 120_000);

  test("of types in a cell is named with line and column: 2", async () => {
    writeFileSync(
      file(),
      committed.replace("const summaries = describeTable(table);", "const summaries: string = describeTable(table);"),
    );
    const { code, err } = await check();
    expect(err).toMatch(/cell 4 .*TS2322/s);
    expect(code).toBe(2);
  }, 120_000);

  test("that a cell throws is named: 2", async () => {
    writeFileSync(
      file(),
      committed.replace("const frame = toDanfo(table);", 'const frame = toDanfo(table);\\nthrow new Error(\\"no\\");'),
    );
    const { code, err } = await check();
    expect(err).toMatch(/cell 9 .*no/s);
    expect(code).toBe(2);
  }, 120_000);
});
