/** Every dependency has its reason in the README, and loads on this machine. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const manifest = JSON.parse(readFileSync(`${root}/package.json`, "utf8")) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
};

test("every dependency is named in the README", () => {
  const readme = readFileSync(`${root}/README.md`, "utf8");
  const named = (name: string) =>
    new RegExp(`(^|[\\s|\`(,])${name.replaceAll("/", "\\/")}([\\s,;:|)\`.]|$)`, "m").test(readme);
  const { dependencies, devDependencies, optionalDependencies } = manifest;
  const all = [dependencies, devDependencies, optionalDependencies].flatMap(Object.keys);
  expect(all.filter((name) => !named(name))).toEqual([]);
});

test("the owner's packages are all there", () => {
  const all = { ...manifest.dependencies, ...manifest.devDependencies };
  for (const name of [
    "tslab",
    "danfojs-node",
    "ml-matrix",
    "ml-kmeans",
    "ml-pca",
    "plotly.js-dist",
    "yargs",
    "vitest",
  ]) {
    expect(Object.keys(all)).toContain(name);
  }
});

// npm may leave out a package that does not fit this Node, without a word: so each is looked for.
test.each(Object.keys(manifest.dependencies))("%s is installed at its pinned version", (name) => {
  const path = `${root}/node_modules/${name}/package.json`;
  expect(existsSync(path)).toBe(true);
  const { version } = JSON.parse(readFileSync(path, "utf8")) as { version: string };
  expect(version).toBe(manifest.dependencies[name]);
});

test("the lock file names no registry host", () => {
  const lock = readFileSync(`${root}/package-lock.json`, "utf8");
  expect(lock).not.toMatch(/"resolved": "https?:/);
});
