/** Real runs that are killed, stopped, starved of time or crash: what is kept, what is said, what a rerun does. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { stream } from "../../src/core/rng.js";
import { dist, fitCounts, journalLines, leftovers, segmenta, start, tables, workFolder } from "./processes.js";

let whole: Record<string, string>;
let wholeMs: number;
let wholeKeys: string[];

beforeAll(async () => {
  const root = workFolder();
  const begin = performance.now();
  expect(await segmenta(root, "run", "small")).toMatchObject({ code: 0 });
  wholeMs = performance.now() - begin;
  whole = tables(root);
  wholeKeys = [...fitCounts(root).keys()].sort();
});

/** True while a process of that number lives and is no zombie. */
function lives(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

test("killed at twenty random moments, a run ends as if it had not been, and fits nothing twice", async () => {
  const rng = stream(Number(process.env["SEGMENTA_TEST_SEED"] ?? 1), "test/kill");
  const pids: number[] = [];
  let killed = 0;
  let inTheMiddle = 0;
  let root = workFolder();
  for (let round = 0; killed < 20; round++) {
    expect(round, `only ${killed} kills hit a living run`).toBeLessThan(60);
    const { child, ended, says } = start(root, ["run", "small", "--json", "--jobs", "1"]);
    pids.push(child.pid!);
    // Half of the moments are after the first fit of this process, where most is at stake.
    const part = rng.uniform();
    if (round % 2 === 0) {
      await says('"type":"fit"');
      await sleep(part * 150);
    } else await sleep(part * wholeMs);
    const isQuicker = child.exitCode !== null;
    child.kill("SIGKILL");
    await ended;
    const stored = fitCounts(root);
    for (const count of stored.values()) expect(count).toBe(1);
    if (!isQuicker) killed++;
    if (!isQuicker && stored.size > 0 && stored.size < wholeKeys.length) inTheMiddle++;
    if (stored.size < wholeKeys.length && killed < 20) continue;
    await completes(root);
    root = workFolder();
  }
  expect(inTheMiddle).toBeGreaterThan(3);
  expect(pids.filter(lives)).toEqual([]);
}, 600_000);

/** The last run of a folder: it ends with the tables of an unbroken one, and no trial was ever fitted twice. */
async function completes(root: string): Promise<void> {
  const last = await segmenta(root, "run", "small");
  expect(last.code, last.err).toBe(0);
  expect([...fitCounts(root).keys()].sort()).toEqual(wholeKeys);
  expect([...fitCounts(root).values()].filter((count) => count !== 1)).toEqual([]);
  expect(tables(root)).toEqual(whole);
  expect(leftovers(root)).toEqual([]);
}

test.each(["SIGINT", "SIGTERM"] as const)("%s stops a run with 130 and keeps what was finished", async (signal) => {
  const root = workFolder();
  const { child, ended, says } = start(root, ["run", "small", "--json"]);
  await says('"type":"fit"');
  child.kill(signal);
  const { code, err } = await ended;
  expect(code).toBe(130);
  expect(err).toContain("what was finished is kept");
  expect(existsSync(join(root, "results/small/metrics.csv"))).toBe(false);
  const kept = [...fitCounts(root).keys()];
  expect(kept.length).toBeGreaterThan(0);
  expect((await segmenta(root, "run", "small")).code).toBe(0);
  expect([...fitCounts(root).values()].every((count) => count === 1)).toBe(true);
  expect(tables(root)).toEqual(whole);
});

test("a spent budget gives a partial, labelled answer and 4; the next run completes it", async () => {
  const root = workFolder();
  const ran = await segmenta(root, "run", "small", "--budget", "1ms");
  expect(ran.code).toBe(4);
  expect(ran.out).toContain("PARTIAL");
  const selection = JSON.parse(tables(root)["selection.json"]!);
  expect(selection.partial).toEqual({ incomplete: wholeKeys.length - fitCounts(root).size });
  expect(tables(root)["summary.md"]).toContain("PARTIAL");
  expect(tables(root)["metrics.csv"]).toContain("incomplete,not-run");
  expect((await segmenta(root, "run", "small", "--budget", "10m")).code).toBe(0);
  expect(tables(root)).toEqual(whole);
});

describe("an algorithm that fails", () => {
  /** A script for `--import` that changes k-medoids in every thread while the file `broken` is there. */
  function saboteur(root: string, deed: string): string {
    const path = join(root, "saboteur.mjs");
    writeFileSync(
      path,
      `import { existsSync } from "node:fs";
       import { isMainThread } from "node:worker_threads";
       if (!isMainThread) {
         const { algorithms } = await import(${JSON.stringify(`file://${dist}cluster/registry.js`)});
         const target = algorithms.find(({ name }) => name === "kmedoids");
         const fitMany = target.fitMany;
         target.fitMany = (...args) => {
           if (existsSync(${JSON.stringify(join(root, "broken"))})) { ${deed} }
           return fitMany(...args);
         };
       }`,
    );
    writeFileSync(join(root, "broken"), "");
    return path;
  }

  test.each<[string, string, string]>([
    ["by throwing", 'throw new Error("the needle broke")', "the needle broke"],
    ["by ending its thread", "process.exit(7)", "exit"],
  ])("%s leaves rows with a reason, and the others go on", async (_, deed, message) => {
    const root = workFolder();
    const preload = saboteur(root, deed);
    const ran = await start(root, ["run", "small"], { preload }).ended;
    expect(ran.code).toBe(4);
    expect(ran.err).toContain(message);
    const failed = journalLines(root).filter(({ type }) => type === "incomplete");
    // 3 k in 4 spaces by 3 seeds.
    expect(new Set(failed.map(({ key }) => key)).size).toBe(36);
    const rows = tables(root)["metrics.csv"]!.split("\n");
    const medoids = rows.filter((row) => row.startsWith("kmedoids"));
    expect(medoids.length).toBeGreaterThan(0);
    expect(medoids.every((row) => row.includes("incomplete,error"))).toBe(true);
    expect(rows.filter((row) => row.startsWith("kmeans")).some((row) => row.includes("incomplete"))).toBe(false);

    const tried = new Set(failed.map(({ key }) => key));
    const before = fitCounts(root);
    rmSync(join(root, "broken"));
    expect((await start(root, ["run", "small", "--retry-failed"], { preload }).ended).code).toBe(0);
    const added = [...fitCounts(root).keys()].filter((key) => !before.has(key));
    expect(added.sort()).toEqual([...tried].sort());
    expect(tables(root)).toEqual(whole);
  });

  test("--fail-fast fits no more after it, and says 4", async () => {
    const root = workFolder();
    const preload = saboteur(root, 'throw new Error("the needle broke")');
    const ran = await start(root, ["run", "small", "--fail-fast", "--jobs", "1"], { preload }).ended;
    expect(ran.code).toBe(4);
    const done = new Set(journalLines(root).map(({ type, key }) => (type === "score" ? "" : key)));
    expect(done.size).toBeLessThan(wholeKeys.length);
    expect(tables(root)["metrics.csv"]).toContain("incomplete,not-run");
  });

  test("--retry-failed leaves alone what never ran", async () => {
    const root = workFolder();
    const preload = saboteur(root, 'throw new Error("the needle broke")');
    await start(root, ["run", "small", "--fail-fast", "--jobs", "1"], { preload }).ended;
    const before = fitCounts(root);
    const failed = journalLines(root)
      .filter(({ type }) => type === "incomplete")
      .map(({ key }) => key);
    const ran = await segmenta(root, "run", "small", "--retry-failed");
    expect(ran.code).toBe(4);
    const added = [...fitCounts(root).keys()].filter((key) => !before.has(key));
    expect(added.sort()).toEqual(failed.sort());
  });
});

test("a torn last line of a killed writer is forgiven, and what it told is fitted again", async () => {
  const root = workFolder();
  await segmenta(root, "run", "small");
  const runs = join(root, "results/small/.runs");
  const [name] = readdirSync(runs).filter((each) => each.endsWith(".jsonl"));
  const text = readFileSync(join(runs, name!), "utf8");
  const at = text.indexOf('{"type":"fit"', text.length / 3);
  writeFileSync(join(runs, name!), text.slice(0, at + 200));
  // An empty journal is one whose writer was killed before its first line.
  writeFileSync(join(runs, "elsewhere-1-00000000.jsonl"), "");
  expect((await segmenta(root, "run", "small")).code).toBe(0);
  expect(tables(root)).toEqual(whole);
});
