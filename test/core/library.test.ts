/** The library as a program uses it: two functions, and the example of the README. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { cluster, matrix, score } from "../../src/index.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("cluster and score, on four points", () => {
  const x = matrix([
    [0, 0],
    [0, 1],
    [9, 9],
    [9, 8],
  ]);
  const { labels } = cluster(x, "kmeans", { k: 2 }, 1);
  expect([...labels]).toEqual([0, 0, 1, 1]);
  // a = 1 for every row; b: mean of two distances to the other pair, near 12.1.
  const b = (Math.hypot(9, 9) + Math.hypot(9, 8)) / 2;
  const other = (Math.hypot(9, 8) + Math.hypot(9, 7)) / 2;
  expect(score(x, labels)["silhouette"]).toBeCloseTo((1 - 1 / b + 1 - 1 / other) / 2, 12);
});

test("a wrong parameter is named, with the value received", () => {
  expect(() => cluster(matrix([[0], [1]]), "kmeans", { k: 0 })).toThrow(/k must be .* got 0/);
  expect(() => cluster(matrix([[0], [1]]), "kmean", { k: 2 })).toThrow(/kmean/);
  expect(() => score(matrix([[0], [1]]), [0])).toThrow(/1 labels for 2 rows/);
});

test("the library example of the README runs as it stands there", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const example = /```ts\n([\s\S]*?)```/.exec(readme)![1]!;
  expect(example.trimEnd().split("\n").length).toBeLessThanOrEqual(14);
  mkdirSync(join(root, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(root, ".cache", "readme-"));
  writeFileSync(join(folder, "example.mjs"), example);
  const ran = spawnSync(process.execPath, [join(folder, "example.mjs")], { cwd: root, encoding: "utf8" });
  expect(ran.stderr).toBe("");
  expect(ran.stdout).toContain("k=2");
});
