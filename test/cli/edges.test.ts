/** The edges with the real thing: a limited file, a closed pipe, a link, an empty password, hostile SQL. */
import { spawnSync } from "node:child_process";
import { existsSync, linkSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { householdOf } from "../../src/serve/access.js";
import { dist } from "../sweep/processes.js";
import { segmenta, segmentaWith, workFolder } from "./harness.js";

const TABLE = `id,a,b\n${Array.from({ length: 60 }, (_, i) => `c${i},${(i % 2) * 50 + (i % 7)},${(i % 2) * 40 + (i % 5)}\n`).join("")}`;
const EXPERIMENT = `name: two
data: { path: two.csv, id: id }
prepare: { standard: [ scale: standard ] }
sweep: { kmeans: { k: 2..3, nInit: 1 } }
seeds: 1
select: { rule: max-silhouette }
`;

let root: string;
beforeAll(async () => {
  root = workFolder({ "two.csv": TABLE, "experiments/two.yaml": EXPERIMENT });
  const ran = await segmenta(root, "run", "two");
  expect(ran).toMatchObject({ code: 0 });
}, 300_000);

const command = `${process.execPath} ${join(dist, "cli/main.js")}`;
const shell = (script: string) => {
  const { status, stderr, stdout } = spawnSync("bash", ["-c", `set -o pipefail\n${script}`], {
    cwd: root,
    encoding: "utf8",
  });
  return { code: status, err: stderr, out: stdout };
};
const big = () => {
  const rows = TABLE.split("\n").slice(1, -1);
  const more = Array.from({ length: 8_000 }, (_, i) => rows[i % rows.length]!.replace(/^c\d+/, `r${i}`));
  writeFileSync(join(root, "big.csv"), `id,a,b\n${more.join("\n")}\n`);
};

describe.skipIf(process.platform === "win32")("a full disk and a closed pipe", () => {
  beforeAll(big);

  test.each([
    ["predict", "predict results/two/model.json big.csv > short.csv"],
    ["query", "query 'select * from range(200000)' --format csv > short.csv"],
  ])("%s into a file that takes no more ends with 2 and says so", (_, words) => {
    const { code, err } = shell(`ulimit -f 20; ${command} ${words}`);
    expect(err).toContain("standard output was not taken whole");
    expect(err).toContain("[NOT_WRITABLE]");
    expect(code).toBe(2);
  });

  test.each([
    "predict results/two/model.json big.csv --out kept.csv",
    "query 'select * from range(200000)' --format csv --out kept.csv",
  ])("%s leaves the older file whole where the disk is full", (words) => {
    writeFileSync(join(root, "kept.csv"), "older\n");
    expect(shell(`ulimit -f 20; ${command} ${words}`)).toMatchObject({
      code: 2,
      err: expect.stringContaining("[NOT_WRITABLE]"),
    });
    expect(readFileSync(join(root, "kept.csv"), "utf8")).toBe("older\n");
    expect(readdirSync(root).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("every byte goes out where there is room", () => {
    expect(shell(`${command} predict results/two/model.json big.csv > whole.csv`).code).toBe(0);
    expect(readFileSync(join(root, "whole.csv"), "utf8").split("\n").length).toBe(8_002);
  });

  test("a reader that leaves early does not change the exit code", () => {
    expect(shell(`${command} predict results/two/model.json big.csv | head -1`)).toMatchObject({ code: 0, err: "" });
    // A damaged result is 3 (or 2) with a reader and without.
    const spoil = "cp -r results spoilt; sed -i '2s/kmeans/kmeanz/' spoilt/two/metrics.csv";
    const alone = shell(`${spoil}; ${command} verify two --results spoilt/two > /dev/null`).code;
    expect(alone).not.toBe(0);
    expect(shell(`${command} verify two --results spoilt/two | true`).code).toBe(alone);
  });

  test("a log that nobody reads ends nothing", () => {
    expect(shell(`${command} run two 2>&1 >/dev/null | true`).code).toBe(0);
    expect(shell(`${command} run two 2>/dev/full`).code).toBe(0);
    expect(shell(`${command} run two >/dev/full`)).toMatchObject({ code: 2 });
  });
});

describe("the input is never harmed", () => {
  test.each(["itself", "a hard link", "a symbolic link"])("predict does not write over the table: %s", async (how) => {
    const name = how.replaceAll(" ", "-");
    const out = how === "itself" ? "two.csv" : `${name}.csv`;
    if (how === "a hard link") linkSync(join(root, "two.csv"), join(root, out));
    if (how === "a symbolic link") symlinkSync("two.csv", join(root, out));
    const { code, err } = await segmenta(root, "predict", "results/two/model.json", "two.csv", "--out", out);
    expect(code).toBe(2);
    expect(err).toContain(
      how === "itself" ? "two.csv would be written over what is read" : `${out} is the same file as two.csv`,
    );
    expect(readFileSync(join(root, "two.csv"), "utf8")).toBe(TABLE);
  });

  test("export does not write over its model", async () => {
    const before = readFileSync(join(root, "results/two/model.json"), "utf8");
    const { code } = await segmenta(
      root,
      "export",
      "results/two/model.json",
      "--to",
      "onnx",
      "--out",
      "results/two/model.json",
    );
    expect(code).toBe(2);
    expect(readFileSync(join(root, "results/two/model.json"), "utf8")).toBe(before);
  });
});

describe("a password protects", () => {
  test("one that is set but empty is refused", async () => {
    const words = ["serve", "results/two/model.json", "--port", "0"];
    const byVariable = await segmentaWith({ env: { SEGMENTA_PASSWORD: "" } }, root, ...words);
    expect(byVariable).toMatchObject({ code: 2, out: "", err: expect.stringContaining("the password is empty") });
    expect(await segmenta(root, ...words, "--password", "")).toMatchObject({ code: 2, out: "" });
  });

  test.each([
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["2001:db8:0:12:aaaa::1", "2001:db8:0:12::/64"],
    ["2001:0db8:0000:0012:ffff:1:2:3", "2001:db8:0:12::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["unknown", "unknown"],
  ])("guesses of %s count for %s", (address, household) => {
    expect(householdOf(address)).toBe(household);
  });
});

describe("SQL is read-only", () => {
  test.each([
    ["copy (select 1) to 'stolen.csv'"],
    ["select * from read_text('two.csv')"],
    ["select * from 'two.csv'"],
    ["create table t as select 1"],
    ["install httpfs"],
    ["load httpfs"],
    ["attach 'stolen.db'"],
    ["set enable_external_access = true"],
    ["select 1; select 2"],
    ["select * from read_csv('results/../two.csv')"],
    [""],
  ])("%s is refused", async (sql) => {
    expect(await segmenta(root, "query", sql)).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringContaining("[BAD_QUERY]"),
    });
    expect(existsSync(join(root, "stolen.csv")) || existsSync(join(root, "stolen.db"))).toBe(false);
  });

  test("tables of results are read, and answers are kept as Parquet", async () => {
    expect(await segmenta(root, "query", "select count(*) as n from trials;")).toMatchObject({ code: 0 });
    expect(await segmenta(root, "query", "describe trials")).toMatchObject({ code: 0 });
    const kept = await segmenta(root, "query", "select k from trials", "--format", "parquet", "--out", "k.parquet");
    expect(kept).toMatchObject({ code: 0, err: expect.stringContaining("wrote") });
    expect(existsSync(join(root, "k.parquet"))).toBe(true);
  });
});
