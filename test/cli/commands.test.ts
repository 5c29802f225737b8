/** The commands end to end, in this process, on small tables. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commands } from "../../src/cli/commands/index.js";
import { stream } from "../../src/core/rng.js";
import { segmenta, segmentaWith, workFolder } from "./harness.js";

const iris = () => readFileSync(new URL("../golden/data/iris.csv", import.meta.url), "utf8");

test("any table goes through: init, run, predict, without a change by hand", async () => {
  const folder = workFolder({ "iris.csv": iris() });
  expect(await segmenta(folder, "init", "iris.csv")).toMatchObject({ code: 0 });
  expect(readFileSync(join(folder, "experiments/iris.yaml"), "utf8")).toMatchSnapshot("experiment");

  const ran = await segmenta(folder, "run", "iris", "seeds=1");
  expect(ran.code).toBe(0);
  expect(ran.out).toMatchSnapshot("run");
  expect(Math.max(...ran.out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the point
  expect(ran.err + ran.out).not.toMatch(/\u001b/);

  const predicted = await segmenta(folder, "predict", "results/iris/model.json", "iris.csv");
  const segments = predicted.out
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",")[1]);
  const assigned = readFileSync(join(folder, "results/iris/assignments.csv"), "utf8").trimEnd().split("\n").slice(1);
  expect(segments).toEqual(assigned.map((line) => line.split(",")[1]));
});

test("a model is named by its file or by its experiment, wherever one is wanted", async () => {
  const folder = workFolder({ "iris.csv": iris() });
  await segmenta(folder, "init", "iris.csv");
  await segmenta(folder, "run", "iris", "sweep={kmeans: {k: [3]}}", "seeds=1", "select={rule: majority}");
  for (const argv of [["predict", "iris.csv"], ["profile"]] as const) {
    const [command, ...rest] = argv;
    const byFile = await segmenta(folder, command, "results/iris/model.json", ...rest);
    expect(byFile.code).toBe(0);
    expect(await segmenta(folder, command, "iris", ...rest)).toEqual(byFile);
  }
  expect(await segmenta(folder, "export", "iris")).toMatchObject({
    code: 0,
    err: expect.stringContaining(`wrote ${join("results", "iris", "model.onnx")}:`),
  });
  expect(await segmenta(folder, "predict", "irises", "iris.csv")).toMatchObject({
    code: 2,
    err: expect.stringMatching(/there is no file irises .*did you mean "iris"\?/s),
  });
});

test("init sees ids, texts, skew and missing values", async () => {
  const rows = Array.from({ length: 40 }, (_, i) => {
    const spend = i === 39 ? 90_000 : i * i;
    return `c${i},${spend},${i % 3 === 0 ? "" : i % 7},${["north", "south"][i % 2]},"comment ${i}"`;
  });
  const folder = workFolder({ "Shop Customers.csv": `customer,spend,visits,region,remark\n${rows.join("\n")}\n` });
  expect(await segmenta(folder, "init", "Shop Customers.csv")).toMatchObject({ code: 0 });
  expect(readFileSync(join(folder, "experiments/shop-customers.yaml"), "utf8")).toMatchSnapshot();
  const ran = await segmenta(folder, "run", "shop-customers", "seeds=1");
  expect(ran).toMatchObject({ code: 0 });
});

test("a dry run prints the plan and writes nothing; explain names what changed", async () => {
  const folder = workFolder({ "iris.csv": iris() });
  await segmenta(folder, "init", "iris.csv");
  const small = ["sweep={kmeans: {k: [2, 3]}}", "seeds=1"];
  const dry = await segmenta(folder, "run", "iris", ...small, "--dry-run");
  expect(dry).toMatchObject({ code: 0, out: expect.stringContaining("2 trials: cached 0, run 2") });
  await segmenta(folder, "run", "iris", ...small);
  const wider = await segmenta(
    folder,
    "run",
    "iris",
    "sweep={kmeans: {k: [2, 3, 4]}}",
    "seeds=1",
    "--dry-run",
    "--explain",
  );
  expect(wider.out).toMatchSnapshot();
});

test("describe prints at most 80 columns, and JSON on demand", async () => {
  const folder = workFolder({ "iris.csv": iris() });
  const { out } = await segmenta(folder, "describe", "iris.csv", "--correlations", "pearson");
  expect(out).toMatchSnapshot();
  expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  const json = JSON.parse((await segmenta(folder, "describe", "iris.csv", "--json")).out);
  expect(json.columns[0]).toMatchObject({ name: "sepal_length", count: 150, missing: 0 });
});

test("describe fits the screen: names give way, then the quartiles; cut words end in a mark", async () => {
  const long = (name: string) => `${name}_as_it_is_called_in_the_warehouse`;
  const rows = Array.from(
    { length: 20 },
    (_, i) => `${12345.678 * i},-0.${i}5,"a remark, of many words ${i % 3}",1,"${i},5"`,
  );
  const header = ["spend", "change", "remark", "year", "price"].map(long).join(",");
  const folder = workFolder({ "t.csv": `${header}\n${rows.join("\n")}\n`, "one.csv": "a\n1\n" });
  for (const columns of [100, 80, 60]) {
    const { out } = await segmentaWith({ columns }, folder, "describe", "t.csv", "--correlations", "spearman");
    expect(out).toMatchSnapshot(`${columns} columns`);
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(columns);
  }
  expect((await segmenta(folder, "describe", "one.csv")).out).toMatch(/^1 row, 1 column\n/);
});

test("list names everything, with options and papers for one", async () => {
  const folder = workFolder();
  const { out } = await segmenta(folder, "list");
  for (const name of ["kmeans", "silhouette", "majority", "impute", "pca"]) expect(out).toContain(name);
  // Titles start in one column, two blanks after the longest name of their kind.
  for (const block of out.split("\n\n")) {
    const starts = [...block.matchAll(/^ {2}\S+ +(?=\S)/gm)].map(([start]) => start);
    expect(new Set(starts.map((start) => start.length)).size).toBe(1);
    expect(starts.every((start) => start.endsWith("  "))).toBe(true);
  }
  expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  expect((await segmenta(folder, "list", "algorithms", "kmeans")).out).toContain("nInit = 10");
});

test("list shows the options of every step, those with a short form too", async () => {
  const folder = workFolder();
  const one = async (name: string) => (await segmenta(folder, "list", "steps", name)).out;
  for (const name of ["log1p", "scale", "winsorise", "drop", "one-hot"]) expect(await one(name)).toMatch(/^ +columns/m);
  expect(await one("impute")).toMatchSnapshot();
});

test("a note of several preparations is told once, and fits the screen", async () => {
  const rows = Array.from({ length: 12 }, (_, i) => `${i % 4},${i === 3 ? "" : (i * 7) % 5},2024`);
  const prepare = ["plain", "again"].map((name) => `  ${name}: [ impute: median, scale: standard ]`).join("\n");
  const folder = workFolder({
    "experiments/small.yaml": `name: small\ndata: { path: t.csv }\nprepare:\n${prepare}\nsweep:\n  kmeans: { k: 2 }\nscore: { space: plain }\nselect: { rule: max-silhouette }\n`,
    "t.csv": `a,b,year_of_the_first_purchase\n${rows.join("\n")}\n`,
  });
  const { code, err } = await segmenta(folder, "run", "small");
  expect(code, err).toBe(0);
  expect(err.slice(0, err.indexOf("2 trials"))).toMatchSnapshot();
});

test("help fits the screen, and every example stands on a line of its own", async () => {
  const folder = workFolder();
  for (const argv of [["--help"], ...commands.map(({ declaration }) => [declaration.name, "--help"])]) {
    const { code, out } = await segmenta(folder, ...argv);
    expect(code).toBe(0);
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    const [, examples = ""] = out.split("Examples:\n");
    for (const line of examples.trimEnd().split("\n").filter(Boolean)) expect(line).toMatch(/^ {2}segmenta /);
  }
});

test("--json: the decision on stdout, events on stderr, a line each", async () => {
  const folder = workFolder({ "iris.csv": iris() });
  await segmenta(folder, "init", "iris.csv");
  const { out, err } = await segmenta(folder, "run", "iris", "sweep={kmeans: {k: [2, 3]}}", "--json");
  expect(JSON.parse(out)).toMatchObject({ experiment: "iris", outcome: "chosen", winner: { k: 2 } });
  const events = err
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string });
  expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(["plan", "fit", "score", "done"]));
});

describe("what a run says to do next", () => {
  const experiment = `
name: two
data: { path: two.csv }
prepare: { standard: [ scale: standard ] }
sweep: { kmeans: { k: 2..3, nInit: 2 } }
`;
  /** Two groups far apart, or one cloud. */
  const rows = (gap: number) => {
    const rng = stream(7, "test/cli/next");
    const row = (i: number) => [rng.normal() + gap * (i % 2), rng.normal()].map((value) => value.toFixed(4)).join(",");
    return `a,b\n${Array.from({ length: 120 }, (_, i) => row(i)).join("\n")}\n`;
  };

  test("names only files that are there", async () => {
    const cwd = workFolder({ "two.csv": rows(0), "experiments/two.yaml": experiment });
    const { code, out } = await segmenta(cwd, "run", "two", "--jobs", "1");
    expect(code).toBe(0);
    expect(out).toContain("No structure");
    expect(out).not.toMatch(/segmenta (predict|serve)/);
    expect(existsSync(join(cwd, "results/two/model.json"))).toBe(false);
  });

  test("repeats overrides and folder for the report, which says when it is of another config", async () => {
    const cwd = workFolder({ "two.csv": rows(9), "experiments/two.yaml": `${experiment}select: { rule: majority }\n` });
    const first = await segmenta(cwd, "run", "two");
    expect(first.out).toContain("npx segmenta report two\n");
    expect(first.out).toContain("npx segmenta predict two new.csv\n");
    expect(first.err).not.toContain("replaced");

    const other = await segmenta(cwd, "run", "two", "sweep.kmeans.k=[2, 4]");
    expect(other.out).toContain("npx segmenta report two 'sweep.kmeans.k=[2, 4]'\n");
    expect(other.err.replace(/\s+/g, " ")).toMatch(
      /note: results\/two held the results of another config \(sweep.*--out keeps runs apart/,
    );
    expect((await segmenta(cwd, "report", "two", "sweep.kmeans.k=[2, 4]")).err).not.toContain("note");
    expect((await segmenta(cwd, "report", "two")).err).toContain(
      "note: results/two holds the results of another config",
    );

    expect((await segmenta(cwd, "run", "two")).err.replace(/\s+/g, " ")).toContain(
      "report.html was about the earlier results",
    );

    const apart = await segmenta(cwd, "run", "two", "seeds=2", "--out", "elsewhere");
    expect(apart.out).toContain("npx segmenta report two seeds=2 --results elsewhere\n");
    expect(apart.out).toContain("npx segmenta predict elsewhere/model.json new.csv\n");
    expect((await segmenta(cwd, "report", "two", "seeds=2", "--results", "elsewhere")).out).toContain(
      "elsewhere/report.html",
    );
  });
});

/** A folder where a small table was run. */
async function trained(rows = 12, id = "id") {
  const lines = Array.from({ length: rows }, (_, i) => `r${i},${i % 4},${(i * 7) % 5}\n`);
  const folder = workFolder({
    "data.csv": `${id},a,b\n${lines.join("")}`,
    "experiments/small.yaml": `
name: small
data: { path: data.csv, id: ${id} }
prepare: { plain: [ impute: median, scale: standard ] }
sweep: { kmeans: { k: 2, nInit: 2 } }
select: { rule: max-silhouette }
`,
  });
  expect(await segmenta(folder, "run", "small")).toMatchObject({ code: 0 });
  return folder;
}

const MODEL = "results/small/model.json";

test("predict --out: the input is never the output, and a failed run leaves the older file", async () => {
  const folder = await trained();
  const printed = (await segmenta(folder, "predict", MODEL, "data.csv")).out;
  expect(await segmenta(folder, "predict", MODEL, "data.csv", "--out", "data.csv")).toMatchObject({ code: 2 });
  expect(await segmenta(folder, "predict", MODEL, "data.csv", "--out", "both.csv")).toMatchObject({ code: 0 });
  expect(readFileSync(join(folder, "both.csv"), "utf8")).toBe(printed);

  writeFileSync(join(folder, "bad.csv"), "id,a,b\nr0,1,oops\n");
  expect(await segmenta(folder, "predict", MODEL, "bad.csv", "--out", "both.csv")).toMatchObject({ code: 2 });
  expect(readFileSync(join(folder, "both.csv"), "utf8")).toBe(printed);
  expect(readdirSync(folder).sort()).toEqual(["bad.csv", "both.csv", "data.csv", "experiments", "results"]);
});

test("predict to the screen waits until what it printed is taken", async () => {
  const folder = await trained();
  const rows = Array.from({ length: 150_000 }, (_, i) => `c${i},${i % 4},${i % 5}\n`);
  writeFileSync(join(folder, "many.csv"), `id,a,b\n${rows.join("")}`);
  let untaken = 0;
  let most = 0;
  let lines = 0;
  const io = {
    out(text: string) {
      lines += text.split("\n").length - 1;
      untaken += text.length;
      most = Math.max(most, untaken);
    },
    async drained() {
      await new Promise((done) => setTimeout(done, 5));
      untaken = 0;
    },
  };
  expect(await segmentaWith(io, folder, "predict", MODEL, "many.csv")).toMatchObject({ code: 0 });
  expect(lines).toBe(150_001);
  expect(most).toBeLessThan(4e6);
});

test("predict to the screen prints nothing when the first rows cannot be scored", async () => {
  const folder = await trained();
  writeFileSync(join(folder, "bad.csv"), "id,a,b\nr0,1,oops\n");
  writeFileSync(join(folder, "none.csv"), "id,a,b\n");
  expect(await segmenta(folder, "predict", MODEL, "bad.csv")).toMatchObject({ code: 2, out: "" });
  expect(await segmenta(folder, "predict", MODEL, "none.csv")).toMatchObject({
    code: 2,
    out: "",
    err: expect.stringContaining("no rows"),
  });
});

test("predict calls the id column id where its own name is one of the answer's", async () => {
  const folder = await trained(12, "segment");
  expect(await segmenta(folder, "predict", MODEL, "data.csv", "--out", "out.csv")).toMatchObject({ code: 0 });
  expect(readFileSync(join(folder, "out.csv"), "utf8")).toMatch(/^id,segment,name,margin\nr0,/);
  expect(await segmenta(folder, "describe", "out.csv")).toMatchObject({ code: 0 });
});
