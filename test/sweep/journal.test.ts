/** Journals of other days: an old one always replays, and damage is told from what a kill leaves. */
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { hashLabels } from "../../src/core/hash.js";
import { IMPORTED } from "../../src/sweep/imported.js";
import { openStore } from "../../src/sweep/store/file-store.js";

const golden = fileURLToPath(new URL("../golden/journal/", import.meta.url));

function copyOf(format: string): string {
  const root = mkdtempSync(join(tmpdir(), "segmenta-journal-"));
  cpSync(join(golden, format), join(root, ".runs"), { recursive: true });
  return root;
}

const first = (root: string) => join(root, ".runs", "first-1-11111111.jsonl");

test("there is a golden journal for every format", () => {
  expect(readdirSync(golden).filter((name) => name.startsWith("format-"))).toEqual(["format-1"]);
});

describe("the golden journal of format 1", () => {
  test("replays to what was written: fits, scores, evidence, failures, and no removed labels", async () => {
    const store = await openStore(copyOf("format-1"), "golden");
    const fits = [...store.fits()];
    expect(fits.map(({ parts }) => `${parts.algorithm} ${parts.version} ${parts.seed}`).sort()).toEqual([
      "dbscan 1 null",
      "kmeans 2 1",
      "kmeans 2 1",
    ]);
    expect(fits.some(({ parts }) => parts.algorithm === IMPORTED)).toBe(false);
    expect(fits.filter(({ facts }) => facts === undefined)).toHaveLength(1);
    expect(store.incomplete("f".repeat(64))?.reason).toBe("memory");
    const space = "8e933b95c37a8dfd07ce14de5fbb08513940b72a2d7ea373622f9e76038539f5";
    const labels = "a348c7310d4e161f4ec68f1ada27aaa2ad5ea4863c8c8250ab6d65cd1003cc85";
    expect(store.score(`${space}/${labels}/silhouette/1`)?.scores["silhouette"]).toBe(0.5817500491982802);
    const evidence = "1eefa377968248335bc4e32dad92a171f459ea2030cf087d91bb2244bef44778";
    expect(store.evidence(evidence)).toEqual({ "standard/761b4f7bd9fc285a": [0.19486774400789136] });
    expect(store.rules(fits[0]!.parts.data)).toHaveLength(1);
    await store.close();
  });

  test("leads to every labeling and everything found, whole", async () => {
    const store = await openStore(copyOf("format-1"), "golden");
    for (const fit of store.fits()) {
      const labels = await store.labels(fit.labels);
      expect(labels.length).toBe(150);
      expect(hashLabels(labels)).toBe(fit.labels);
      expect(await store.found(fit.found)).toBeTypeOf("object");
    }
    await store.close();
  });

  test("is added to by a file of its own, and never changed", async () => {
    const root = copyOf("format-1");
    const before = readFileSync(first(root), "utf8");
    const store = await openStore(root, "golden");
    await store.add({ type: "removed", key: [...store.fits()][0]!.key });
    await store.close();
    expect(readFileSync(first(root), "utf8")).toBe(before);
    expect([...(await openStore(root, "golden")).fits()]).toHaveLength(2);
  });
});

describe("a journal is refused", () => {
  const refused = async (root: string, experiment = "golden") =>
    openStore(root, experiment).then(
      () => "opened",
      (error: { code: string; what: string; where: string }) => `${error.code}: ${error.what}`,
    );

  test("of another experiment, by its name", async () => {
    expect(await refused(copyOf("format-1"), "other")).toBe(
      'BAD_RESULTS: this results folder belongs to experiment "golden", not "other"',
    );
  });

  test.each<[string, string, string]>([
    [
      "with a torn middle line",
      '{"type":"fit","key":"ab\n{"type":"removed","key":"x"}\n',
      "is torn, and lines follow it",
    ],
    ["with a line of zeros in the middle", `${"\0".repeat(40)}\n{"type":"removed","key":"x"}\n`, "is torn"],
    ["with a number for a record", "5\n", "is no record"],
    ["with null for a record", "null\n", "is no record"],
    ["with a fit without its labels", '{"type":"fit","key":"k","parts":{}}\n', "is a fit without its labels"],
    ["of a later format", '{"type":"run","format":2,"experiment":"golden"}\n', "a journal of format 2"],
  ])("%s, by file and line", async (_, text, message) => {
    const root = copyOf("format-1");
    writeFileSync(join(root, ".runs", "x-1-00000000.jsonl"), text);
    expect(await refused(root)).toContain(message);
  });
});

describe("a journal is forgiven", () => {
  test("wherever its last line is torn", async () => {
    const root = copyOf("format-1");
    const lines = readFileSync(first(root), "utf8").split("\n");
    const last = lines.findIndex((line) => line.startsWith('{"type":"fit"'));
    const whole = `${lines.slice(0, last).join("\n")}\n`;
    for (const length of [0, 1, 2, 60, lines[last]!.length - 1]) {
      writeFileSync(first(root), whole + lines[last]!.slice(0, length));
      expect([...(await openStore(root, "golden")).fits()], `${length} characters`).toHaveLength(0);
    }
    writeFileSync(first(root), whole + lines[last]!);
    expect([...(await openStore(root, "golden")).fits()], "all but its end").toHaveLength(1);
  });

  test("for a labeling that did not reach the disk: that trial is not known", async () => {
    const root = copyOf("format-1");
    const blobs = join(root, ".runs", "blobs");
    rmSync(join(blobs, "a348c7310d4e161f4ec68f1ada27aaa2ad5ea4863c8c8250ab6d65cd1003cc85.labels"));
    expect([...(await openStore(root, "golden")).fits()]).toHaveLength(2);
  });

  test("a labeling that was changed is told when it is read", async () => {
    const root = copyOf("format-1");
    const hash = "a348c7310d4e161f4ec68f1ada27aaa2ad5ea4863c8c8250ab6d65cd1003cc85";
    appendFileSync(join(root, ".runs", "blobs", `${hash}.labels`), "\0\0\0\0");
    const store = await openStore(root, "golden");
    await expect(store.labels(hash)).rejects.toMatchObject({
      code: "BAD_RESULTS",
      what: expect.stringContaining("not what its name says"),
    });
  });
});

test("what another process adds while a folder is open is seen on refresh, line by whole line", async () => {
  const root = mkdtempSync(join(tmpdir(), "segmenta-journal-"));
  mkdirSync(join(root, ".runs"));
  const store = await openStore(root, "golden");
  const path = join(root, ".runs", "other-9-99999999.jsonl");
  const line = JSON.stringify({ type: "incomplete", key: "k", parts: {}, reason: "error", message: "é" });
  appendFileSync(path, line.slice(0, 30));
  await store.refresh();
  expect(store.incomplete("k")).toBeUndefined();
  appendFileSync(path, `${line.slice(30)}\n`);
  await store.refresh();
  expect(store.incomplete("k")?.reason).toBe("error");
  appendFileSync(path, `${line.replace('"k"', '"l"')}\n`);
  await store.refresh();
  expect(store.incomplete("l")).toBeDefined();
});
