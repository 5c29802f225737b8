import { expect, test } from "vitest";
import { allocateMatrix } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import { silhouette } from "../../src/metrics/silhouette.js";
import { SAMPLED_ROWS, silhouetteSampled } from "../../src/metrics/silhouette-sampled.js";

/** Rows in overlapping groups along a line, and their labels. */
function groups(rows: number, k: number, seed: number) {
  const rng = stream(seed, "test/sampled");
  const x = allocateMatrix(rows, 2);
  const labels = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    labels[i] = i % k;
    x.data[2 * i] = 3 * (i % k) + rng.normal();
    x.data[2 * i + 1] = rng.normal();
  }
  return { x, labels };
}

test("a short table is judged whole: the silhouette itself, with an error of 0", () => {
  const { x, labels } = groups(300, 3, 1);
  const [sampled] = silhouetteSampled.scoreMany(x, [labels]);
  expect(sampled).toEqual({
    silhouette_sampled: silhouette.scoreMany(x, [labels])[0]!["silhouette"],
    silhouette_sampled_se: 0,
  });
});

test("on a longer one the exact mean lies within four standard errors, and the error is small", () => {
  for (const seed of [1, 2, 3]) {
    const { x, labels } = groups(3 * SAMPLED_ROWS, 3, seed);
    const { silhouette_sampled: mean, silhouette_sampled_se: se } = silhouetteSampled.scoreMany(x, [labels])[0]!;
    const exact = silhouette.scoreMany(x, [labels])[0]!["silhouette"]!;
    expect(se).toBeGreaterThan(0);
    expect(se).toBeLessThan(0.01);
    expect(Math.abs(mean! - exact), `seed ${seed}`).toBeLessThan(4 * se!);
  }
});
