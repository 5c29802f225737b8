/** Labels made elsewhere: read, judged beside the fitted ones, ranked, served, replaced, forgotten. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { segmenta } from "../cli/harness.js";
import { parseCsv } from "../csv.js";
import { tables, workFolder } from "./processes.js";

const experiment = `
name: small
data: { path: iris.csv, id: id }
prepare:
  standard: [ impute: median, scale: standard ]
  minmax: [ impute: median, scale: min-max ]
sweep:
  kmeans: { k: 3, nInit: 2 }
score: { space: standard }
select: { rule: max-silhouette }
`;

let root: string;
beforeEach(() => {
  root = workFolder(experiment);
});

/** Setosa and the rest: by silhouette better than any three clusters. */
const species = Array.from({ length: 150 }, (_, i) => (i < 50 ? "setosa" : "other"));

const write = (name: string, head: string, lines: readonly string[]) =>
  writeFileSync(join(root, name), `${head}\n${lines.map((line) => `${line}\n`).join("")}`);

const importedRows = () => {
  const [head, ...lines] = parseCsv(tables(root)["metrics.csv"]!);
  const rows = lines.map((fields) => Object.fromEntries(head!.map((name, i) => [name, fields[i]!])));
  return rows.filter((row) => row["algorithm"] === "imported");
};

describe("imported labels", () => {
  test("are judged in the space of the decision, win when they are best, and serve by their nearest neighbour", async () => {
    write(
      "labels.csv",
      "id,cluster",
      species.map((_, i) => `r${150 - i},${species[149 - i]}`),
    );
    const done = await segmenta(root, "import", "small", "labels.csv", "--name", "by-hand");
    expect(done).toMatchObject({ code: 0, out: expect.stringContaining('added "by-hand"'), err: "" });
    const ran = await segmenta(root, "run", "small");
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining("2 segments, by imported by-hand") });
    expect(importedRows()).toEqual([
      expect.objectContaining({ params: "by-hand", k: "2", seed: "", status: "ok", space: "standard" }),
    ]);
    expect(Number(importedRows()[0]!["silhouette"])).toBeCloseTo(0.5817500491, 9);
    const model = JSON.parse(tables(root)["model.json"]!);
    expect(model.assignment.rule).toBe("nearest-neighbour");
    expect(tables(root)["assignments.csv"]!.split("\n")[60]).toBe("60,1,r60");
    expect(await segmenta(root, "verify", "small")).toMatchObject({ code: 0 });
    const predicted = await segmenta(root, "predict", "results/small/model.json", "iris.csv");
    expect(predicted.out.split("\n")[1]).toMatch(/^r1,0,/);
  });

  test("of one grouping have one score, whatever the clusters are called and whatever the order", async () => {
    write("a.csv", "row,label", species.map((label, i) => `${i + 1},${label}`).reverse());
    write(
      "b.csv",
      "cluster",
      species.map((label) => (label === "setosa" ? "7" : "3")),
    );
    await segmenta(root, "import", "small", "a.csv", "--name", "a");
    await segmenta(root, "import", "small", "b.csv", "--name", "b");
    await segmenta(root, "run", "small");
    const [a, b] = importedRows();
    expect({ ...a, params: "" }).toEqual({ ...b, params: "" });
  });

  test("are replaced under the same name, forgotten on demand, and may come back", async () => {
    const labelsOf = async () => {
      expect((await segmenta(root, "run", "small")).code).toBe(0);
      return importedRows().map((row) => `${row["params"]} k=${row["k"]}`);
    };
    write("two.csv", "label", species);
    write(
      "three.csv",
      "label",
      species.map((label, i) => (i < 100 ? label : "virginica")),
    );
    const bring = (file: string) => segmenta(root, "import", "small", file, "--name", "mine");
    await bring("two.csv");
    expect(await labelsOf()).toEqual(["mine k=2"]);
    expect((await bring("two.csv")).out).toContain("holds these labels already");
    expect((await bring("three.csv")).out).toContain('replaced "mine"');
    expect(await labelsOf()).toEqual(["mine k=3"]);
    expect(await segmenta(root, "import", "small", "--name", "mine", "--remove")).toMatchObject({ code: 0 });
    expect(await labelsOf()).toEqual([]);
    expect((await bring("three.csv")).out).toContain('added "mine"');
    expect(await labelsOf()).toEqual(["mine k=3"]);
  });

  test("pass the same gates", async () => {
    write(
      "noisy.csv",
      "label",
      species.map((label, i) => (i % 3 === 0 ? "noise" : label)),
    );
    await segmenta(root, "import", "small", "noisy.csv", "--name", "noisy");
    const ran = await segmenta(root, "run", "small");
    expect(importedRows()[0]).toMatchObject({ status: "gated", reason: "coverage" });
    // Not ranked, and shown all the same.
    expect(ran.out).toMatch(/^– +imported noisy/m);
  });

  test("cannot be refitted, so a rule that needs that shows them and does not choose them", async () => {
    write("labels.csv", "label", species);
    await segmenta(root, "import", "small", "labels.csv", "--name", "by-hand");
    const rule = "select={rule: gated-stability, alpha: 0.05, nulls: 19, splits: 2, bootstraps: 2, calibrationRuns: 2}";
    const ran = await segmenta(root, "run", "small", rule);
    expect(ran.code, ran.err).toBe(0);
    expect(importedRows()[0]).toMatchObject({ status: "gated", reason: "no-refit" });
  });
});

test.each<[string, string, string[], string[], RegExp]>([
  ["too few labels", "label", species.slice(1), [], /149 labels, but the table has 150 rows/],
  [
    "a row twice",
    "row,label",
    species.map((l, i) => `${Math.max(1, i)},${l}`),
    [],
    /"1" has two labels, the second in line 3/,
  ],
  [
    "a row beyond the table",
    "row,label",
    species.map((l, i) => `${i + 2},${l}`),
    [],
    /row "151", which the table does not have/,
  ],
  ["an id that is not there", "id,label", species.map((l, i) => `x${i},${l}`), [], /id "x0", which the table/],
  [
    "no column of labels",
    "a,b",
    species.map((l) => `${l},1`),
    [],
    /which column of labels\.csv holds the labels\? it has a, b/,
  ],
  ["an unknown column", "label", species, ["--column", "labl"], /no column "labl"[\s\S]*did you mean "label"/],
  ["an unknown id column", "label", species, ["--id", "CUST"], /no column "CUST"/],
  ["a name of spaces", "label", species, ["--name", "a b"], /"a b" cannot name labels/],
])("%s: 2, nothing written", async (_, head, lines, more, message) => {
  write("labels.csv", head, lines);
  const name = more.includes("--name") ? [] : ["--name", "mine"];
  const { code, err } = await segmenta(root, "import", "small", "labels.csv", ...name, ...more);
  expect(err).toMatch(message);
  expect(code).toBe(2);
  expect(() => tables(root)).toThrow("ENOENT");
});

test("forgetting what was never brought in: 2", async () => {
  const { code, err } = await segmenta(root, "import", "small", "--name", "mine", "--remove");
  expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining("nothing was imported yet") });
});
