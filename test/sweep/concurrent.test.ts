/** Several real processes on one results folder. */
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { withLock } from "../../src/sweep/store/lock.js";
import { removeLeftovers } from "../../src/sweep/store/temporary.js";
import { dist, fitCounts, leftovers, segmenta, start, tables, workFolder } from "./processes.js";

test("four processes share the work and write the tables of one", async () => {
  const alone = workFolder();
  await segmenta(alone, "run", "small");
  const root = workFolder();
  const started = [1, 2, 3, 4].map(() => start(root, ["run", "small", "--jobs", "1"]));
  const ended = await Promise.all(started.map((each) => each.ended));
  expect(ended.map(({ code, err }) => (code === 0 ? 0 : err))).toEqual([0, 0, 0, 0]);
  expect(tables(root)).toEqual(tables(alone));
  expect(leftovers(root)).toEqual([]);
  const counts = fitCounts(root);
  expect([...counts.keys()].sort()).toEqual([...fitCounts(alone).keys()].sort());
  // Two may be at the same trial at the same moment; then both write the same answer.
  const fits = [...counts.values()].reduce((sum, count) => sum + count, 0);
  expect(fits / counts.size).toBeLessThan(4);
});

test("files of two results that are written at once are never torn, and in the end never mixed", async () => {
  const root = workFolder();
  const folder = join(root, "results");
  const names = ["metrics.csv", "selection.json", "summary.md", "model.json"];
  const script = `
    import { writeResults } from ${JSON.stringify(`file://${dist}results/write.js`)};
    for (let round = 0; round < 40; round++) {
      const text = (process.argv[1] + " " + round + "\\n").repeat(20000);
      await writeResults(${JSON.stringify(folder)}, new Map(${JSON.stringify(names)}.map((name) => [name, text])));
    }`;
  const writers = ["a", "b", "c"].map((name) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", script, name], { stdio: "inherit" });
    return new Promise<number | null>((done) => child.on("close", done));
  });
  let writing = true;
  const all = Promise.all(writers).finally(() => {
    writing = false;
  });
  while (writing) {
    for (const name of names) {
      const text = await readFile(join(folder, name), "utf8").catch(() => "");
      const [first] = text.split("\n");
      if (text !== "" && text !== `${first}\n`.repeat(20000)) expect.fail(`${name} is torn`);
    }
  }
  expect(await all).toEqual([0, 0, 0]);
  expect(new Set(Object.values(tables(root, "results"))).size).toBe(1);
  expect(leftovers(root)).toEqual([]);
});

test("a lock whose owner's pid lives again is broken once it is older than any work under it", async () => {
  const root = workFolder();
  const lock = join(root, "writing.lock");
  const held = spawn("sleep", ["60"]);
  try {
    writeFileSync(lock, `${hostname()} ${held.pid}`);
    const real = Date.now;
    const later = vi.spyOn(Date, "now").mockImplementation(() => real() + 31_000);
    await withLock(lock, async () => {}).finally(() => later.mockRestore());
  } finally {
    held.kill("SIGKILL");
  }
  expect(leftovers(root)).toEqual([]);
});

test("the lock of a killed process is broken, that of a living one waited for", async () => {
  const root = workFolder();
  const lock = join(root, "writing.lock");
  writeFileSync(lock, `${hostname().replaceAll(".", "-")} 999999999`);
  const order: string[] = [];
  await Promise.all(
    ["a", "b", "c"].map((name) =>
      withLock(lock, async () => {
        order.push(`${name} in`);
        await new Promise((done) => setTimeout(done, 15));
        order.push(`${name} out`);
      }),
    ),
  );
  for (let i = 0; i < order.length; i += 2) expect(order[i + 1]).toBe(order[i]!.replace("in", "out"));
  expect(leftovers(root)).toEqual([]);
});

test("leftovers of the dead are removed, files of the living and of other machines are not", async () => {
  const root = workFolder();
  const host = hostname().replaceAll(".", "-");
  mkdirSync(join(root, "x"));
  const names = [
    `metrics.csv.${host}.999999999.0123abcd.tmp`,
    `metrics.csv.${host}.${process.pid}.0123abcd.tmp`,
    "metrics.csv.elsewhere.1.0123abcd.tmp",
    "my-own.tmp",
  ];
  for (const name of names) writeFileSync(join(root, "x", name), "");
  await removeLeftovers(join(root, "x"));
  expect(leftovers(join(root, "x")).sort()).toEqual(names.slice(1).sort());
});
