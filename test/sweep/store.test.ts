/** The store on disk: what survives a kill, what is damage, what cannot be written. */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Fit } from "../../src/cluster/define.js";
import type { KeyParts } from "../../src/sweep/plan.js";
import { openStore } from "../../src/sweep/store/file-store.js";
import { decodeFound, encodeFound } from "../../src/sweep/store/records.js";
import { memoryStore } from "../../src/sweep/store/store.js";

const folder = () => mkdtempSync(join(tmpdir(), "segmenta-store-"));

const parts = (seed: number): KeyParts => ({
  data: "d".repeat(64),
  prepare: "[]",
  reduce: "none",
  algorithm: "kmeans",
  version: 1,
  params: '{"k":2}',
  seed,
});

const aFit = (labels: number[]): Fit => ({
  labels: Int32Array.from(labels),
  reasons: [],
  objective: { value: 0.1 + 0.2, better: "lower" },
  outputs: { iterations: 3 },
  found: { centres: Float64Array.of(1 / 3, -0, 1e300), rows: Int32Array.of(4, 2), rule: "nearest" },
  notes: [],
});

const journals = (root: string) => readdirSync(join(root, ".runs")).filter((name) => name.endsWith(".jsonl"));

test("what an algorithm found survives the disk to the bit", () => {
  const back = decodeFound(encodeFound(aFit([0, 1]).found));
  expect(back["rule"]).toBe("nearest");
  expect(back["rows"]).toEqual(Int32Array.of(4, 2));
  const centres = back["centres"] as Float64Array;
  expect(Object.is(centres[1], -0)).toBe(true);
  expect([centres[0], centres[2]]).toEqual([1 / 3, 1e300]);
});

describe.each([
  ["memory", async () => memoryStore()],
  ["disk", async () => openStore(folder(), "x")],
])("the store in %s", (_, open) => {
  test("gives back what was added", async () => {
    const store = await open();
    await store.begin({ type: "run", format: 1, experiment: "x" });
    const record = await store.addFit("key", parts(1), aFit([0, 0, 1]));
    await store.add({ type: "score", space: "s", labels: record.labels, metric: "m", version: 1, scores: { m: null } });
    await store.flush();
    expect(store.fit("key")).toEqual(record);
    expect(await store.labels(record.labels)).toEqual(Int32Array.of(0, 0, 1));
    expect((await store.found(record.found))["rows"]).toEqual(Int32Array.of(4, 2));
    expect(store.score(`s/${record.labels}/m/1`)?.scores).toEqual({ m: null });
    await store.close();
  });

  test("a failure is known until an answer comes", async () => {
    const store = await open();
    await store.add({ type: "incomplete", key: "key", parts: parts(1), reason: "memory", message: "too large" });
    expect(store.incomplete("key")?.reason).toBe("memory");
    await store.addFit("key", parts(1), aFit([0, 1]));
    expect(store.incomplete("key")).toBeUndefined();
    await store.close();
  });
});

describe("a journal", () => {
  const filled = async () => {
    const root = folder();
    const store = await openStore(root, "x");
    await store.begin({ type: "run", format: 1, experiment: "x" });
    for (const seed of [1, 2, 3]) await store.addFit(`key${seed}`, parts(seed), aFit([0, seed]));
    await store.close();
    return root;
  };
  const journalOf = (root: string) => join(root, ".runs", journals(root)[0]!);

  test("is replayed when the folder is opened again, by another writer with its own file", async () => {
    const root = await filled();
    const store = await openStore(root, "x");
    expect([...store.fits()].map((record) => record.key)).toEqual(["key1", "key2", "key3"]);
    await store.addFit("key4", parts(4), aFit([0, 0]));
    await store.close();
    expect(journals(root).length).toBe(2);
  });

  test("a torn last line is forgiven, wherever the tear is", async () => {
    const root = await filled();
    const text = readFileSync(journalOf(root), "utf8");
    const lastLine = text.trimEnd().lastIndexOf("\n") + 1;
    for (const end of [lastLine + 1, lastLine + 40, text.length - 2]) {
      writeFileSync(journalOf(root), text.slice(0, end));
      const store = await openStore(root, "x");
      expect([...store.fits()].map((record) => record.key)).toEqual(["key1", "key2"]);
      await store.close();
    }
  });

  test("a torn middle line is an error that names it", async () => {
    const root = await filled();
    const lines = readFileSync(journalOf(root), "utf8").split("\n");
    lines[2] = lines[2]!.slice(0, 30);
    writeFileSync(journalOf(root), lines.join("\n"));
    await expect(openStore(root, "x")).rejects.toMatchObject({
      code: "BAD_RESULTS",
      where: expect.stringMatching(/:3$/),
    });
  });

  test("of another experiment, or of a newer format, is refused", async () => {
    const root = await filled();
    await expect(openStore(root, "y")).rejects.toMatchObject({
      code: "BAD_RESULTS",
      what: expect.stringContaining('"x"'),
    });
    appendFileSync(journalOf(root), `${JSON.stringify({ type: "run", format: 99, experiment: "x" })}\n`);
    await expect(openStore(root, "x")).rejects.toMatchObject({ what: expect.stringContaining("format 99") });
  });

  test("a missing blob is a clear error", async () => {
    const root = await filled();
    const store = await openStore(root, "x");
    await expect(store.labels("0".repeat(64))).rejects.toMatchObject({ code: "BAD_RESULTS" });
    await store.close();
  });
});

test("a folder that cannot be written says so, and what to do", async () => {
  const root = folder();
  writeFileSync(join(root, "file"), "in the way");
  const store = await openStore(join(root, "file", "results"), "x").catch((error) => error);
  const problem =
    store instanceof Error ? store : await store.addFit("key", parts(1), aFit([0, 1])).catch((e: unknown) => e);
  expect(problem).toMatchObject({ code: "NOT_WRITABLE", mend: expect.stringContaining("--out") });
});

test("two looks at once at what another process adds read every line once", async () => {
  const root = folder();
  const writer = await openStore(root, "x");
  const reader = await openStore(root, "x");
  await writer.begin({ type: "run", format: 1, experiment: "x" });
  for (let seed = 1; seed <= 6; seed++) {
    await writer.addFit(`key${seed}`, parts(seed), aFit([0, seed]));
    await writer.flush();
    await Promise.all([reader.refresh(), reader.refresh(), reader.refresh()]);
  }
  expect([...reader.fits()].map((record) => record.key)).toEqual([1, 2, 3, 4, 5, 6].map((seed) => `key${seed}`));
  await Promise.all([writer.close(), reader.close()]);
});
