/** t-SNE: as low as scikit-learn on the reference, and a map of anything. */
import { describe, expect, test } from "vitest";
import { UserError } from "../../src/core/errors.js";
import { matrix } from "../../src/core/matrix.js";
import { tsne } from "../../src/decomposition/tsne.js";
import { shapes } from "../kernels/shapes.js";
import { exactAffinities, exactDivergence, trustworthiness } from "../oracle/tsne.js";
import { reference, referenceRows } from "../reference.js";

describe.each(["iris", "blobs"])("on %s", (set) => {
  const { x } = referenceRows(set);
  const expected = reference(set, "tsne");
  const p = exactAffinities(x, expected.perplexity);

  test("the two judges agree with scikit-learn's", () => {
    const entropy = p.reduce((sum, value) => sum + (value > 0 ? value * Math.log(value) : 0), 0);
    expect(entropy).toBeCloseTo(expected.P_entropy_check_sum_p_log_p, 6);
    const fixed = expected.fixed_embedding_check;
    const y = Float64Array.from(fixed.embedding.flat());
    expect(Math.abs(exactDivergence(p, y) - fixed.kl_exact)).toBeLessThanOrEqual(1e-6);
    expect(Math.abs(trustworthiness(x, y, 12) - fixed.trustworthiness_12)).toBeLessThanOrEqual(1e-3);
  });

  test("the map is as near as scikit-learn's, and as trustworthy", () => {
    const map = tsne(x, { perplexity: expected.perplexity });
    const { kl_exact_max, trust12_min } = expected.summary;
    expect(exactDivergence(p, map.data)).toBeLessThanOrEqual(1.05 * kl_exact_max);
    expect(trustworthiness(x, map.data, 12)).toBeGreaterThanOrEqual(trust12_min - 0.005);
  });
});

describe.each(shapes(1).filter(({ x }) => x.rows >= 4))("a map of $name", ({ x }) => {
  test("has finite positions in both directions, the same each time, and leaves the rows alone", () => {
    const before = x.data.slice();
    const map = tsne(x, { iterations: 60 });
    expect([map.rows, map.cols]).toEqual([x.rows, 2]);
    expect(map.data.every(Number.isFinite)).toBe(true);
    expect(Number.isFinite(map.divergence)).toBe(true);
    for (const c of [0, 1]) expect(new Set(map.data.filter((_, at) => at % 2 === c)).size).toBeGreaterThan(1);
    expect(tsne(x, { iterations: 60 })).toEqual(map);
    expect(x.data).toEqual(before);
  });
});

test("rows on a line leave it by the seed's noise", () => {
  const x = matrix(Array.from({ length: 30 }, (_, i) => [i * i]));
  expect(tsne(x, { iterations: 10, seed: 1 }).data).not.toEqual(tsne(x, { iterations: 10, seed: 2 }).data);
});

test.each([
  [{ perplexity: 0.5 }, "PARAM_RANGE", "0.5"],
  [{ perplexity: 30 }, "PARAM_RANGE", "30"],
  [{ iterations: -1 }, "PARAM_RANGE", "-1"],
  [{ iterations: 2.5 }, "PARAM_RANGE", "2.5"],
] as const)("%j is refused with the value received", (options, code, value) => {
  const x = matrix(Array.from({ length: 20 }, (_, i) => [i, i * i]));
  const attempt = () => tsne(x, options);
  expect(attempt).toThrow(UserError);
  try {
    attempt();
  } catch (error) {
    expect((error as UserError).code).toBe(code);
    expect((error as UserError).what).toContain(value);
  }
});

test("too few rows are refused", () => {
  expect(() => tsne(matrix([[1], [2], [3]]))).toThrow(/at least 4 rows/);
});
