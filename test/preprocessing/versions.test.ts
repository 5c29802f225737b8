/** A step or reduction that answers otherwise must say so by a new version: stored results depend on it. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { hashNumbers, hashOf } from "../../src/core/hash.js";
import { matrix } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import { tableChecksum } from "../../src/core/table.js";
import { reducers } from "../../src/decomposition/registry.js";
import { fitPreparation } from "../../src/preprocessing/preparation.js";
import { steps } from "../../src/preprocessing/registry.js";
import { tableOf } from "./tables.js";

const recorded: Record<string, string> = JSON.parse(
  readFileSync(new URL("../golden/versions/preparation.json", import.meta.url), "utf8"),
);

const rng = stream(20260111, "test/versions");
const draw = (gap: number) =>
  Array.from({ length: 200 }, (_, i) => (i % gap === 1 ? null : rng.normal() * rng.int(50)));
const table = tableOf({
  a: draw(9).map((value) => value && Math.abs(value)),
  b: draw(500),
  flat: Array.from({ length: 200 }, () => 3),
  t: Array.from({ length: 200 }, (_, i) => (i % 11 === 3 ? null : ["né", "b", "B", "z"][rng.int(4)]!)),
});

const grids: Record<string, readonly unknown[]> = {
  impute: ["median", "mean", "most-frequent", { strategy: "constant", value: 0.5, indicator: true }],
  log1p: [["a"]],
  scale: ["standard", "min-max", "robust"],
  winsorise: [{}, { lower: 0.2, upper: 0.7 }],
  drop: [["b"]],
  "one-hot": [["t"], ["flat", "t"], { columns: ["t"], weight: "column" }, { columns: ["t"], weight: "mismatch" }],
};

test.each(steps.map((step) => [step.name, step] as const))("%s answers as its version did", (name, step) => {
  const answers = grids[name]!.map((params) => {
    const { table: made, fitted } = fitPreparation(table, [{ name, params }]);
    return [tableChecksum(made), hashOf(fitted[0]!.fitted)];
  });
  remember(`${name} ${step.version}`, hashOf(answers));
});

test.each(reducers.map((reducer) => [reducer.name, reducer] as const))(
  "%s answers as its version did",
  (name, reducer) => {
    const own = stream(20260112, "test/versions");
    const x = matrix(Array.from({ length: 300 }, () => Array.from({ length: 5 }, (_, j) => own.normal() * (j + 1))));
    const { fitted } = reducer.fit(x, name === "pca" ? { components: 3 } : {});
    remember(`${name} ${reducer.version}`, hashOf([fitted, hashNumbers(reducer.transform(x, fitted).data)]));
  },
);

function remember(key: string, hash: string): void {
  if (recorded[key] === hash) return;
  expect.fail(
    `another answer needs another version: raise it, and record "${key}": "${hash}" in test/golden/versions/preparation.json`,
  );
}
