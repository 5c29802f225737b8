/** Each mistake a user can make: one clear message, exit code 2, nothing written. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withoutRegistries } from "../registries.js";
import { segmenta, workFolder } from "./harness.js";

const experiment = (
  prepare = "[ impute: median, scale: standard ]",
  data = "{ path: data.csv, id: id }",
  k = "2..3",
) => `
name: small
data: ${data}
prepare:
  plain: ${prepare}
sweep:
  kmeans: { k: ${k}, nInit: 2 }
select: { rule: majority }
`;

const good = `id,a,b\n${Array.from({ length: 12 }, (_, i) => `r${i},${i % 4},${(i * 7) % 5}`).join("\n")}\n`;

/** Replace one line of the good table. */
const withLine = (line: number, text: string) =>
  good
    .split("\n")
    .map((old, i) => (i === line ? text : old))
    .join("\n");

describe("segmenta run refuses", () => {
  test.each<[string, string | undefined, string]>([
    ["a missing file", undefined, experiment()],
    ["an empty file", "", experiment()],
    ["a header only", "id,a,b\n", experiment()],
    ["one row", "id,a,b\nr0,1,2\n", experiment()],
    ["fewer rows than k", "id,a,b\nr0,1,2\nr1,2,3\n", experiment()],
    ["a text in a number column", withLine(5, "r4,oops,3"), experiment()],
    ["an infinite value", withLine(5, "r4,inf,3"), experiment()],
    [
      "an all-missing column",
      good.replace(/,[^,\n]*(?=\n)/g, (field, at: number) => (at < 8 ? field : ",")),
      experiment(),
    ],
    ["duplicate ids", withLine(5, "r2,1,3"), experiment()],
    ["an unknown column in the config", good, experiment("[ log1p: [aa] ]")],
    ["an unknown id column", good, experiment(undefined, "{ path: data.csv, id: ident }")],
    ["values of -1 and less under log1p", withLine(5, "r4,-1,3"), experiment("[ log1p: [a] ]")],
    ["a missing value that no step imputes", withLine(5, "r4,,3"), experiment("[ scale: standard ]")],
    ["k of 1", good, experiment(undefined, undefined, "1")],
    ["k above the number of rows", good, experiment(undefined, undefined, "13")],
    ["an unknown algorithm", good, experiment().replace("kmeans:", "kmeens:")],
    ["an unknown option", good, experiment().replace("nInit", "n_init")],
  ])("%s", async (_, data, config) => {
    const folder = workFolder({
      "experiments/small.yaml": config,
      ...(data === undefined ? {} : { "data.csv": data }),
    });
    const { code, out, err } = await segmenta(folder, "run", "small");
    expect(withoutRegistries(err)).toMatchSnapshot();
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(existsSync(join(folder, "results"))).toBe(false);
  });

  test("a results folder that cannot be written", async () => {
    const folder = workFolder({
      "experiments/small.yaml": experiment(),
      "data.csv": good,
      results: "a file in the way",
    });
    const { code, err } = await segmenta(folder, "run", "small");
    expect(withoutRegistries(err)).toMatchSnapshot();
    expect(code).toBe(2);
  });

  test.each([
    ["an unknown experiment", ["run", "smal"]],
    ["an unknown command", ["rum", "small"]],
    ["an unknown flag", ["run", "small", "--job", "2"]],
    ["a number that is none", ["run", "small", "--jobs", "two"]],
    ["more threads than any machine has", ["run", "small", "--jobs", "100000"]],
    ["a folder for an experiment", ["run", "folder.yaml"]],
    ["a folder for a gate file", ["diff", "small", "--against", "x", "--tolerance", "folder.yaml"]],
    ["an unknown entry of a list", ["list", "algorithms", "kmean"]],
  ])("%s", async (_, argv) => {
    const folder = workFolder({ "experiments/small.yaml": experiment(), "data.csv": good, "folder.yaml/x": "" });
    const { code, err } = await segmenta(folder, ...argv);
    expect(withoutRegistries(err)).toMatchSnapshot();
    expect(code).toBe(2);
  });
});

describe("segmenta predict refuses", () => {
  const trained = async () => {
    const folder = workFolder({ "experiments/small.yaml": experiment(), "data.csv": good });
    expect((await segmenta(folder, "run", "small")).code).toBe(0);
    return folder;
  };

  test("a missing, a foreign and a damaged model, and a table without its columns", async () => {
    const folder = await trained();
    writeFileSync(join(folder, "foreign.json"), '{"hello": 1}');
    const { readFileSync } = await import("node:fs");
    const text = readFileSync(join(folder, "results/small/model.json"), "utf8");
    writeFileSync(join(folder, "damaged.json"), text.replace(/"size": \d+/, '"size": 3'));
    writeFileSync(join(folder, "other.csv"), "x,y\n1,2\n");
    const answers: Record<string, string> = {};
    for (const [name, model, table] of [
      ["missing", "nowhere.json", "data.csv"],
      ["foreign", "foreign.json", "data.csv"],
      ["damaged", "damaged.json", "data.csv"],
      ["other columns", "results/small/model.json", "other.csv"],
      ["no table", "results/small/model.json", "nowhere.csv"],
    ] as const) {
      const { code, out, err } = await segmenta(folder, "predict", model, table);
      expect(code).toBe(2);
      // hashes change with every version of a step: that they are shown is what counts
      answers[name] = err.replace(/\b[0-9a-f]{12}…/g, "<hash>…");
      expect(out).toBe("");
    }
    expect(answers).toMatchSnapshot();
  });
});

test("a constant column is no error: it is 0 after scaling, with a note", async () => {
  const constant = good.replace(/^(r\d+,\d+),\d+$/gm, "$1,7");
  const folder = workFolder({ "experiments/small.yaml": experiment(), "data.csv": constant });
  const { code, err } = await segmenta(folder, "run", "small");
  expect(code).toBe(0);
  expect(err).toContain('column "b"');
});

test("init does not write over an experiment, and says how", async () => {
  const folder = workFolder({ "my table.csv": good });
  mkdirSync(join(folder, "experiments"));
  writeFileSync(join(folder, "experiments/my-table.yaml"), "mine");
  const { code, err } = await segmenta(folder, "init", "my table.csv");
  expect(withoutRegistries(err)).toMatchSnapshot();
  expect(code).toBe(2);
});

describe("near misses are suggested", () => {
  const answer = async (folder: string, ...argv: string[]) => {
    const { code, out, err } = await segmenta(folder, ...argv);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    return err;
  };

  test("for commands, options, and the words an option may be", async () => {
    const folder = workFolder();
    expect(await answer(folder, "lst")).toContain('did you mean "list"?');
    expect(await answer(folder, "run", "small", "--dry-rum")).toContain("did you mean --dry-run?");
    expect(await answer(folder, "list", "metric")).toContain('unknown kind "metric"');
    expect(await answer(folder, "list", "metric")).toContain('did you mean "metrics"?');
    expect(await answer(folder, "list", "metrics", "silhouete")).toContain('did you mean "silhouette"?');
    expect(await answer(folder, "query", "select 1", "--format", "jso")).toContain('did you mean "json"?');
    expect(await answer(folder, "notebook", "rum")).toContain('did you mean "run"?');
  });

  test("for models, among the experiments that have one", async () => {
    const folder = workFolder({ "results/customers/model.json": "{}", "results/empty/summary.md": "" });
    for (const argv of [
      ["predict", "custmers", "new.csv"],
      ["profile", "custmers"],
      ["serve", "results/custmers"],
    ]) {
      expect(await answer(folder, ...argv)).toContain('did you mean "customers"? known: customers;');
    }
    expect(await answer(workFolder(), "predict", "nosuch", "new.csv")).toContain("segmenta run <experiment> writes");
  });
});

test("segmenta alone prints its help", async () => {
  const folder = workFolder();
  const alone = await segmenta(folder);
  expect(alone).toEqual(await segmenta(folder, "--help"));
  expect(alone.code).toBe(0);
  expect(alone.out).toContain("segmenta run <experiment> [overrides..]");
});
