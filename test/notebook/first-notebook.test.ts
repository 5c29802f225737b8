/** `segmenta init --notebook`: what it writes runs on the real kernel, whatever the table is like. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { segmenta } from "../sweep/processes.js";

let folder: string;
beforeAll(() => {
  // In the project, so that cells find the package.
  const cache = fileURLToPath(new URL("../../.cache", import.meta.url));
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, "first-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const irisRows = readFileSync(new URL("../golden/data/iris.csv", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");

interface Saved {
  readonly cells: readonly { readonly outputs?: readonly { readonly data?: Readonly<Record<string, unknown>> }[] }[];
}
const outputs = (file: string) =>
  (JSON.parse(readFileSync(join(folder, file), "utf8")) as Saved).cells.flatMap((cell) => cell.outputs ?? []);

describe("the first notebook", () => {
  test("of iris runs: table, histograms, correlations, curves, segments", async () => {
    writeFileSync(join(folder, "iris.csv"), `${irisRows.join("\n")}\n`);
    const made = await segmenta(folder, "init", "iris.csv", "--notebook");
    expect(made).toMatchObject({ code: 0 });
    expect(made.out).toBe(
      "wrote experiments/iris.yaml\nwrote notebooks/iris.ipynb\nrun it next: npx segmenta run iris\n" +
        "or look first: npx segmenta notebook run notebooks/iris.ipynb\n",
    );
    const ran = await segmenta(folder, "notebook", "run", "notebooks/iris.ipynb");
    expect(ran.code, ran.err).toBe(0);
    const text = JSON.stringify(outputs("notebooks/iris.ipynb"));
    expect(text.match(/application\/vnd\.plotly\.v1\+json/g)).toHaveLength(4);
    expect(text).toMatch(/"rows":\{?"?.*150/);
    // What it fitted is there for the command line.
    const again = await segmenta(folder, "run", "iris", "--dry-run");
    expect(again.out).toMatch(/cached (\d+), run 0/);
    const checked = await segmenta(folder, "notebook", "run", "notebooks/iris.ipynb", "--check");
    expect(checked.code, checked.err).toBe(0);
  }, 180_000);

  test("of a table with quotes, blanks, texts and gaps in it runs as well", async () => {
    const rows = irisRows.slice(1).map((line, i) => {
      const [a, b] = line.split(",");
      return `"c ${i}",${i % 9 === 0 ? "" : a},${b},${["north", 'it\'s "south"'][i % 2]!.replaceAll('"', '""').replace(/^(.*)$/, '"$1"')}`;
    });
    const name = "it's my `table` $1.csv";
    writeFileSync(join(folder, name), `who,"the ""length""",width,region\n${rows.join("\n")}\n`);
    const made = await segmenta(folder, "init", name, "--notebook", "--name", "odd");
    expect(made.code, made.err).toBe(0);
    const ran = await segmenta(folder, "notebook", "run", "notebooks/odd.ipynb");
    expect(ran.code, ran.err).toBe(0);
    expect(JSON.stringify(outputs("notebooks/odd.ipynb"))).toContain("segments");
  }, 180_000);

  test("is not written over, and neither is the experiment beside it", async () => {
    rmSync(join(folder, "experiments", "odd.yaml"), { force: true });
    writeFileSync(join(folder, "notebooks", "odd.ipynb"), "mine");
    writeFileSync(join(folder, "odd.csv"), "a,b\n1,2\n3,4\n");
    const { code, err } = await segmenta(folder, "init", "odd.csv", "--notebook");
    expect(err).toContain("notebooks/odd.ipynb is there already");
    expect(code).toBe(2);
    expect(readFileSync(join(folder, "notebooks", "odd.ipynb"), "utf8")).toBe("mine");
    expect(() => readFileSync(join(folder, "experiments", "odd.yaml"))).toThrow();
  });
});
