/** The gate on real git repositories: every kind of change, and what it must answer. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { stream } from "../../src/core/rng.js";
import { readFolder } from "../../src/results/gate/baseline.js";
import { compareResults } from "../../src/results/gate/compare.js";
import { DEFAULT_GATE } from "../../src/results/gate/tolerance.js";
import { segmenta } from "../cli/harness.js";
import { parseCsv } from "../csv.js";
import { tables, workFolder } from "../sweep/processes.js";

const experiment = `
name: small
data: { path: iris.csv, id: id }
prepare:
  standard: [ impute: median, scale: standard ]
  minmax: [ impute: median, scale: min-max ]
sweep:
  kmeans: { k: 2..4, nInit: 1, maxIter: 2 }
  gmm: { k: 3, covarianceType: [full, diag] }
  agglomerative: { k: 2..3, linkage: ward }
  quantile-bins: { k: 3 }
seeds: 4
score: { space: standard }
select: { rule: majority }
`;

let root: string;
const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
    cwd: root,
    encoding: "utf8",
  });
const against = (...args: string[]) => segmenta(root, "diff", "small", "--against", "main", ...args);

beforeAll(async () => {
  root = workFolder(experiment);
  expect((await segmenta(root, "run", "small")).code).toBe(0);
  git("init", "-q", "-b", "main");
  writeFileSync(join(root, ".gitignore"), "results/*/.runs/\nmutant*/\n");
  git("add", "-A");
  git("commit", "-q", "-m", "baseline");
});

type Table = string[][];
/** Change the files of a copy of the results. */
function mutate(change: (files: Record<string, string>) => void, folder = "mutant"): string {
  const files = tables(root);
  change(files);
  rmSync(join(root, folder), { recursive: true, force: true });
  mkdirSync(join(root, folder));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, folder, name), text);
  return folder;
}

const toCsv = (table: Table) =>
  table
    .map((fields) => `${fields.map((f) => (/[",]/.test(f) ? `"${f.replaceAll('"', '""')}"` : f)).join(",")}\n`)
    .join("");

/** Change cells of metrics.csv: each row as a record of its columns. */
function mutateRows(change: (row: Record<string, string>, i: number) => Record<string, string> | null): string {
  return mutate((files) => {
    const [head, ...lines] = parseCsv(files["metrics.csv"]!);
    const rows = lines.flatMap((fields, i) => {
      const row = change(Object.fromEntries(head!.map((name, c) => [name, fields[c]!])), i);
      return row ? [head!.map((name) => row[name]!)] : [];
    });
    files["metrics.csv"] = toCsv([head!, ...rows]);
  });
}

const mutateSelection = (change: (selection: Record<string, unknown> & { [key: string]: unknown }) => void) =>
  mutate((files) => {
    const selection = JSON.parse(files["selection.json"]!) as Record<string, unknown>;
    change(selection);
    files["selection.json"] = JSON.stringify(selection);
  });

const mutateLabels = (change: (labels: number[]) => number[]) =>
  mutate((files) => {
    const [head, ...lines] = parseCsv(files["assignments.csv"]!);
    const labels = change(lines.map(([, segment]) => Number(segment)));
    files["assignments.csv"] = toCsv([head!.slice(0, 2), ...labels.map((label, i) => [String(i + 1), String(label)])]);
  });

const shift = (column: string, by: (value: number) => number, where: (row: Record<string, string>) => boolean) =>
  mutateRows((row) => (where(row) && row[column] !== "" ? { ...row, [column]: String(by(Number(row[column]))) } : row));

const ward2 = (row: Record<string, string>) => row["algorithm"] === "agglomerative" && row["params"]!.startsWith("k=2");

describe("the gate passes", () => {
  test("what has not changed", async () => {
    const { code, out } = await against("--strict");
    expect(out).toMatchSnapshot();
    expect(code).toBe(0);
  });

  test("labels that are only named otherwise", async () => {
    const folder = mutateLabels((labels) => labels.map((label) => (label === 0 ? 7 : label === 1 ? 0 : label)));
    expect(await against("--strict", "--results", folder)).toMatchObject({ code: 0 });
  });

  test("jitter inside the noise band, a hundred times", async () => {
    const spread = spreads();
    const before = await readFolder(join(root, "results/small"), "baseline", "small");
    const folders: string[] = [];
    for (let round = 0; round < 100; round++) {
      const folder = mutateRows((row) => {
        const sd = spread.get(groupOf(row))!;
        // One and the same nudge for all seeds of a candidate: their mean moves by at most 1.9 of 2 deviations.
        const nudge = 1.9 * (2 * stream(round, groupOf(row)).uniform() - 1);
        const moved = ["silhouette", "davies_bouldin", "calinski_harabasz"].filter((column) => row[column] !== "");
        return {
          ...row,
          ...Object.fromEntries(moved.map((c) => [c, String(Number(row[c]) + nudge * (sd.get(c) ?? 0))])),
        };
      });
      const after = await readFolder(join(root, folder), folder, "small");
      const { outcome, reasons } = compareResults("small", before, after, { gate: DEFAULT_GATE, strict: false });
      expect({ outcome, reasons }, `round ${round}`).toEqual({ outcome: "same", reasons: [] });
      folders.push(folder);
    }
    expect((await against("--results", folders.at(-1)!)).code).toBe(0);
  });

  test("what is better, and asks for a new baseline; --strict does not", async () => {
    const folder = shift("silhouette", (v) => v + 0.05, ward2);
    expect(await against("--results", folder)).toMatchObject({
      code: 0,
      out: expect.stringContaining("update the baseline"),
    });
    expect(await against("--results", folder, "--strict")).toMatchObject({ code: 3 });
  });

  test("new rows of a wider grid; --strict does not", async () => {
    const folder = mutate(() => {}, "mutant-wide");
    await segmenta(root, "run", "small", "sweep.kmeans.k=2..5", "--out", folder);
    const wide = ["sweep.kmeans.k=2..5", "--results", folder];
    expect(await against(...wide)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/rows or columns are new[\s\S]*sweep\.kmeans/),
    });
    expect(await against(...wide, "--strict")).toMatchObject({ code: 3 });
  });

  function spreads(): Map<string, Map<string, number>> {
    const [head, ...lines] = parseCsv(tables(root)["metrics.csv"]!);
    const groups = new Map<string, Record<string, string>[]>();
    for (const fields of lines) {
      const row = Object.fromEntries(head!.map((name, c) => [name, fields[c]!]));
      groups.set(groupOf(row), [...(groups.get(groupOf(row)) ?? []), row]);
    }
    const sd = (values: number[]) => {
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      return values.length < 2
        ? 0
        : Math.sqrt(values.reduce((a, b) => a + (b - mean) * (b - mean), 0) / (values.length - 1));
    };
    const columns = ["silhouette", "davies_bouldin", "calinski_harabasz"];
    return new Map(
      [...groups].map(([name, rows]) => [
        name,
        new Map(columns.map((c) => [c, sd(rows.map((row) => Number(row[c])))])),
      ]),
    );
  }
});

const groupOf = (row: Record<string, string>) =>
  [row["algorithm"], row["prepare"], row["reduce"], row["params"], row["space"]].join("|");

describe("the gate answers 3 to", () => {
  test.each<[string, string, (value: number) => number]>([
    ["a smaller silhouette", "silhouette", (v) => v - 0.001],
    ["a larger Davies–Bouldin", "davies_bouldin", (v) => v + 0.001],
    ["a smaller Calinski–Harabasz", "calinski_harabasz", (v) => v * 0.999],
  ])("%s", async (_, column, by) => {
    const { code, out } = await against("--results", shift(column, by, ward2));
    expect(out).toContain(`worse   agglomerative k=2 linkage=ward on standard in standard\n          ${column}`);
    expect(code).toBe(3);
  });

  test("a score that is gone", async () => {
    const folder = mutateRows((row) => (ward2(row) ? { ...row, silhouette: "" } : row));
    expect(await against("--results", folder)).toMatchObject({ code: 3, out: expect.stringContaining("→ –") });
  });

  test("a score worse than the noise of its seeds", async () => {
    const folder = shift(
      "silhouette",
      (v) => v - 0.3,
      (row) => row["algorithm"] === "kmeans",
    );
    expect(await against("--results", folder)).toMatchObject({ code: 3 });
  });

  test("a row that fails a gate now", async () => {
    const folder = mutateRows((row) => (ward2(row) ? { ...row, status: "gated", reason: "coverage" } : row));
    expect(await against("--results", folder)).toMatchObject({
      code: 3,
      out: expect.stringMatching(/was ok, is gated\s+\(coverage\)/),
    });
  });

  test("another decision", async () => {
    const folder = mutateSelection((selection) => {
      selection["winner"] = { ...(selection["winner"] as object), algorithm: "gmm", k: 3 };
    });
    expect(await against("--results", folder)).toMatchObject({
      code: 3,
      out: expect.stringContaining("decision changed"),
    });
  });

  test("three rows in a hundred in another segment, and says from where to where", async () => {
    const folder = mutateLabels((labels) => labels.map((label, i) => (i % 30 === 0 ? 1 - label : label)));
    const { code, out } = await against("--results", folder);
    expect(out).toMatchSnapshot();
    expect(code).toBe(3);
    expect((await against("--results", folder, "--tolerance", "moved=4%")).code).toBe(0);
    expect((await against("--results", folder, "--tolerance", "moved=3%")).code).toBe(3);
    expect((await against("--results", folder, "--tolerance", "moved=ignore")).code).toBe(0);
    expect((await against("--results", folder, "--tolerance", "moved=ignore", "--format", "json")).out).not.toMatch(
      /NaN/,
    );
  });

  test("a regression also where rows are missing", async () => {
    const folder = mutateRows((row, i) =>
      i === 0 ? null : { ...row, silhouette: String(Number(row["silhouette"]) - 0.5) },
    );
    expect(await against("--results", folder)).toMatchObject({
      code: 3,
      out: expect.stringMatching(/worse[\s\S]*missing/),
    });
  });
});

describe("the gate answers 4 to", () => {
  const incomplete = async (folder: string, message: RegExp) => {
    const { code, out } = await against("--results", folder);
    expect(out).toMatch(message);
    expect(code).toBe(4);
  };

  test("an empty table", () =>
    incomplete(
      mutateRows(() => null),
      /nothing was compared/,
    ));

  test("results that are not there", () => incomplete("mutant-nowhere", /there are no results in mutant-nowhere/));

  test("a missing row, by name", () =>
    incomplete(
      mutateRows((row) => (ward2(row) ? null : row)),
      /missing: agglomerative k=2/,
    ));

  test("a missing column", () =>
    incomplete(
      mutate((files) => {
        files["metrics.csv"] = files["metrics.csv"]!.replace("silhouette", "silhuette");
      }),
      /column silhouette/,
    ));

  test("missing assignments", () =>
    incomplete(
      mutate((files) => {
        delete files["assignments.csv"];
      }),
      /assignments\.csv in mutant/,
    ));

  test("a trial without an answer", () =>
    incomplete(
      mutateRows((row) => (ward2(row) ? { ...row, status: "incomplete", reason: "memory" } : row)),
      /k=2 linkage=ward on standard in standard\s+\(memory\)/,
    ));

  test("a partial answer", () =>
    incomplete(
      mutateSelection((selection) => {
        selection["partial"] = { incomplete: 3 };
      }),
      /partial: 3 trials have no answer/,
    ));

  test("other data in the baseline", async () => {
    const other = mutate(() => {}, "mutant-other");
    const selection = JSON.parse(readFileSync(join(root, other, "selection.json"), "utf8")) as {
      data: { checksum: string };
    };
    selection.data.checksum = "0".repeat(64);
    writeFileSync(join(root, other, "selection.json"), JSON.stringify(selection));
    const { code, out } = await segmenta(root, "diff", "small", "--against", other);
    expect(out).toContain("the data are not the baseline's");
    expect(code).toBe(4);
  });

  test("a ref without results", async () => {
    git("checkout", "-q", "--orphan", "empty");
    git("commit", "-q", "--allow-empty", "-m", "nothing", "--only");
    git("checkout", "-q", "-f", "main");
    const { code, out } = await segmenta(root, "diff", "small", "--against", "empty");
    expect(out).toContain("there are no results in results/small at empty");
    expect(code).toBe(4);
  });

  test("results that were not run again after the data or the config changed", async () => {
    const table = readFileSync(join(root, "iris.csv"), "utf8");
    writeFileSync(join(root, "iris.csv"), table.replace("5.1", "5.2"));
    expect(await against()).toMatchObject({ code: 4, out: expect.stringContaining("is of other data than iris.csv") });
    writeFileSync(join(root, "iris.csv"), table);
    expect(await against("seeds=2")).toMatchObject({ code: 4, out: expect.stringContaining("another config (seeds") });
  });
});

describe("the gate answers 2 to", () => {
  test("a rule that changed after the fact", async () => {
    const folder = mutate(() => {}, "mutant-rule");
    cpSync(join(root, "results/small/.runs"), join(root, folder, ".runs"), { recursive: true });
    const strict = ["select.minClusterShare=0.01"];
    await segmenta(root, "run", "small", ...strict, "--out", folder);
    const { code, out } = await against(...strict, "--results", folder);
    expect(out).toContain("rule");
    expect(out).toContain("refused");
    expect(code).toBe(2);
  });

  test("another rule than the baseline's", async () => {
    const folder = mutateSelection((selection) => {
      selection["rule"] = { name: "majority", version: 1, hash: "f".repeat(64) };
    });
    expect(await against("--results", folder)).toMatchObject({
      code: 2,
      out: expect.stringContaining("not the baseline's"),
    });
  });

  test.each<[string, string[], RegExp]>([
    ["an unknown ref", ["--against", "mian"], /neither a git ref here nor a results folder[\s\S]*did you mean "main"/],
    ["an option in place of a ref", ["--against=--output=x"], /"--output=x" is neither a git ref/],
    ["a folder without results", ["--against", "experiments"], /no results of small in the folder experiments/],
    ["a word that is not a tolerance", ["--against", "main", "--tolerance", "silhouette"], /not a tolerance/],
    ["more moved rows than there are", ["--against", "main", "--tolerance", "moved=5"], /moved is a share/],
    [
      "a tolerance of no column",
      ["--against", "main", "--tolerance", "silhuette=1"],
      /did you mean "silhouette"\? known: [a-z_, ]*davies_bouldin/,
    ],
    ["a gate file that is not there", ["--against", "main", "--tolerance", "no.yaml"], /no file no\.yaml/],
    ["a file of no format", ["--against", "main", "--out", "x.html"], /ending of x\.html/],
    ["no baseline", [], /against/],
  ])("%s", async (_, args, message) => {
    const { code, err } = await segmenta(root, "diff", "small", ...args);
    expect(err).toMatch(message);
    expect(code).toBe(2);
  });

  test("results of another experiment", async () => {
    const folder = mutateSelection((selection) => {
      selection["experiment"] = "other";
    });
    const { code, err } = await segmenta(root, "diff", "small", "--against", folder);
    expect(err).toContain('results of the experiment "other", not of "small"');
    expect(code).toBe(2);
  });

  test.each<[string, string, string, RegExp]>([
    ["a table with a broken line", "metrics.csv", "algorithm,prepare\nx", /has no column/],
    ["a decision that is not JSON", "selection.json", "{", /selection\.json is not JSON/],
    ["assignments out of order", "assignments.csv", "row,segment\n2,0\n", /row number and segment in line 2/],
  ])("%s", async (_, name, text, message) => {
    const folder = mutate((files) => {
      files[name] = text;
    });
    const { code, err } = await against("--results", folder);
    expect(err).toMatch(message);
    expect(code).toBe(2);
  });

  test("a folder outside any repository", async () => {
    const bare = mkdtempSync(join(tmpdir(), "segmenta-bare-"));
    cpSync(root, bare, { recursive: true, filter: (path) => !path.includes(".git") });
    const { code, err } = await segmenta(bare, "diff", "small", "--against", "main");
    expect(err).toContain("this is not a git repository");
    expect(code).toBe(2);
    expect((await segmenta(bare, "diff", "small", "--against", "results")).code).toBe(0);
  });
});

describe("tolerances", () => {
  const worse = () => shift("silhouette", (v) => v - 0.02, ward2);

  test("come from the command line: an amount, a share, or none at all", async () => {
    for (const [word, code] of [
      ["silhouette=0.03", 0],
      ["silhouette=0.01", 3],
      ["silhouette=5%", 0],
      ["silhouette=1%", 3],
      ["silhouette=ignore", 0],
      ["davies_bouldin=2%,silhouette=5%,moved=1%", 0],
      ["davies_bouldin=2%, silhouette=1%", 3],
    ] as const) {
      expect((await against("--results", worse(), "--tolerance", word)).code, word).toBe(code);
    }
  });

  test("come from a file, also the one beside the experiment", async () => {
    const beside = join(root, "experiments/small.gate.yaml");
    writeFileSync(beside, "metrics:\n  silhouette: { abs: 0.03 }\n");
    expect((await against("--results", worse())).code).toBe(0);
    writeFileSync(join(root, "tight.yaml"), "default: { noise: 0 }\n");
    expect((await against("--results", worse(), "--tolerance", "tight.yaml")).code).toBe(3);
    writeFileSync(beside, "metrics:\n  silhouette: { absolute: 0.03 }\n");
    expect(await against("--results", worse())).toMatchObject({
      code: 2,
      err: expect.stringContaining("small.gate.yaml"),
    });
    rmSync(beside);
  });

  test("come from a .yml beside the experiment too, and from one file only", async () => {
    const yml = join(root, "experiments/small.gate.yml");
    const yaml = join(root, "experiments/small.gate.yaml");
    writeFileSync(yml, "metrics:\n  silhouette: { abs: 0.03 }\n");
    expect((await against("--results", worse())).code).toBe(0);
    writeFileSync(yaml, "moved: 0\n");
    const { code, err } = await against("--results", worse());
    rmSync(yml);
    rmSync(yaml);
    expect(err).toMatchInlineSnapshot(`
      "✘ two gate files: experiments/small.gate.yaml and experiments/small.gate.yml   [BAD_USAGE]
        → experiments/small.gate.yml
        ✎ keep one of them
      "
    `);
    expect(code).toBe(2);
  });
});

describe("the answer", () => {
  test("is written in every format at once", async () => {
    const folder = shift("silhouette", (v) => v - 0.1, ward2);
    const files = ["gate.md", "gate.xml", "gate.json", "gate.txt"].flatMap((name) => ["--out", join(root, name)]);
    const { code, out } = await against("--results", folder, ...files);
    const read = (name: string) => readFileSync(join(root, name), "utf8");
    expect(code).toBe(3);
    expect(read("gate.txt")).toBe(out);
    expect(read("gate.md")).toMatchSnapshot();
    const comparison = JSON.parse(read("gate.json"));
    expect(comparison).toMatchObject({ outcome: "regressed", decision: { changed: false } });
    expect(comparison.metrics.metrics).toHaveLength(3);
    const xml = read("gate.xml");
    expect(xml.match(/<failure /g)).toHaveLength(3);
    expect(xml).toMatch(/<testsuites name="segmenta" tests="\d+" failures="3" errors="0">/);
    execFileSync("python3", ["-c", "import sys,xml.dom.minidom as m; m.parse(sys.argv[1])", join(root, "gate.xml")]);
  });

  test("of a whole table of worse scores stays below a megabyte", async () => {
    const folder = mutateRows((row) => ({ ...row, silhouette: "-1", davies_bouldin: "99", calinski_harabasz: "0" }));
    const { out } = await against("--results", folder, "--format", "markdown");
    expect(out.length).toBeLessThan(1 << 20);
    expect(out.split("\n").filter((line) => line.startsWith("| worse")).length).toBeGreaterThan(20);
  });

  test("fits a terminal", async () => {
    const folder = mutateRows((row) => ({ ...row, silhouette: "-1", davies_bouldin: "99", calinski_harabasz: "0" }));
    const { out } = await against("--results", folder);
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
