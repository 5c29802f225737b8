import { describe, expect, test } from "vitest";
import { allocateMatrix, type Matrix, matrix } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import { midRanks } from "../../src/core/statistics.js";
import { cholesky, symmetricEigen } from "../../src/core/symmetric.js";
import { normalCdf, normalQuantile } from "../../src/stability/normal.js";
import { hermiteOfScores, scoreCorrelation, scoresOfRanks } from "../../src/stability/normal-scores.js";
import { drawRankCopula, fitRankCopula, nullStream, permuteColumns } from "../../src/stability/null-model.js";
import { columnOf, ranksOf } from "../../src/stability/ranks.js";

/** Pearson's correlation; 0 if either column is constant. */
function pearson(a: Float64Array, b: Float64Array): number {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += (a[i]! - ma) * (b[i]! - mb);
    aa += (a[i]! - ma) * (a[i]! - ma);
    bb += (b[i]! - mb) * (b[i]! - mb);
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}

const scored = (values: Float64Array) => {
  const scores = scoresOfRanks(Float64Array.from(values).sort());
  return Float64Array.from(ranksOf(values), (rank) => scores[rank]!);
};
const scoreCorrelationOf = (x: Matrix, a: number, b: number) => pearson(scored(columnOf(x, a)), scored(columnOf(x, b)));
const rankCorrelation = (x: Matrix, a: number, b: number) =>
  pearson(midRanks(columnOf(x, a)), midRanks(columnOf(x, b)));

/** Customers as they are: many zeros, heavy tails, a whole-number column, columns that go together. */
function customers(n: number, seed: number): Matrix {
  const rng = stream(seed, "test/customers");
  const rows = Array.from({ length: n }, () => {
    const wealth = rng.normal();
    const habit = rng.normal();
    const spend = (level: number, threshold: number) => (level < threshold ? 0 : Math.exp(level));
    return [
      Math.exp(wealth + 0.5 * rng.normal()),
      spend(0.8 * habit + 0.6 * wealth, 0.7), // about 76 % zeros
      spend(-0.9 * habit + 0.5 * rng.normal(), 0), // half zeros, against the former
      Math.round(4 * Math.max(0, habit)), // few whole numbers
      wealth > 1.5 ? 1 : 0,
      7,
    ];
  });
  return matrix(rows);
}

describe("Gaussian rank copula", () => {
  const x = customers(2000, 1);
  const copula = fitRankCopula(x);
  const draws = Array.from({ length: 30 }, (_, b) => drawRankCopula(copula, nullStream(5, b)));

  test("keeps every marginal to the bit", () => {
    for (const y of draws.slice(0, 3)) {
      for (let j = 0; j < x.cols; j++) expect(columnOf(y, j).sort()).toEqual(columnOf(x, j).sort());
    }
  });

  test.each([
    ["normal scores", scoreCorrelationOf, 0.015],
    // Not what is matched; it follows as far as the columns are like a Gaussian copula.
    ["ranks", rankCorrelation, 0.03],
  ])(
    "keeps the correlation of %s of every pair on average, and in each draw within what sampling allows",
    (_, of, near) => {
      for (let a = 0; a < x.cols; a++) {
        for (let b = 0; b < a; b++) {
          const observed = of(x, a, b);
          const drawn = draws.map((y) => of(y, a, b));
          const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
          expect(Math.abs(mean - observed), `columns ${a}, ${b}: ${observed}`).toBeLessThanOrEqual(near);
          // Four standard errors of a correlation at 2,000 rows.
          for (const value of drawn) expect(Math.abs(value - observed)).toBeLessThanOrEqual(0.09);
        }
      }
    },
  );

  test("ties are made up for: the plain correlation of normal scores would fall short", () => {
    // Columns 1 and 3 correlate far more before their zeros than after.
    const normal = copula.correlation.data[3 * x.cols + 1]!;
    expect(normal - scoreCorrelationOf(x, 3, 1)).toBeGreaterThan(0.05);
  });

  test("one factor: draws correlate as the data do in their own values, not only in ranks", () => {
    // Placing values by rank takes some .004 off at 400 rows, and reading correlations off ranks as much again;
    // k-means at k = 2 feeds on exactly that.
    const apart = Array.from({ length: 30 }, (_, seed) => {
      const rng = stream(seed, "test/factor");
      const one = matrix(
        Array.from({ length: 400 }, () => {
          const factor = rng.normal();
          return [0, 1, 2].map(() => 0.8 * factor + 0.6 * rng.normal());
        }),
      );
      const mean = (y: Matrix) =>
        [0, 1, 2].reduce((sum, a) => sum + pearson(columnOf(y, a), columnOf(y, (a + 1) % 3)), 0) / 3;
      const learnt = fitRankCopula(one);
      const drawn = Array.from({ length: 10 }, (_, b) => mean(drawRankCopula(learnt, nullStream(seed, b))));
      return mean(one) - drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
    });
    expect(Math.abs(apart.reduce((sum, value) => sum + value, 0) / apart.length)).toBeLessThan(0.0025);
  });

  test("holds no structure beyond: two clusters on a diagonal lose their gap", () => {
    const rng = stream(2, "test/two");
    const two = matrix(
      Array.from({ length: 600 }, (_, i) => {
        const side = i % 2 ? 4 : -4;
        return [side + rng.normal(), -side + rng.normal(), rng.normal()];
      }),
    );
    // No observed row lies where both columns have the same sign and are far out; the null has some.
    const corner = (y: Matrix) => Array.from(columnOf(y, 0)).filter((u, i) => u * y.data[i * 3 + 1]! > 4).length;
    expect(corner(two)).toBe(0);
    expect(corner(drawRankCopula(fitRankCopula(two), nullStream(1, 0)))).toBeGreaterThan(0);
  });

  test("the same seed and counter give the same draw; another counter another", () => {
    expect(drawRankCopula(copula, nullStream(5, 0)).data).toEqual(draws[0]!.data);
    expect(draws[1]!.data).not.toEqual(draws[0]!.data);
  });

  test("mends pairwise correlations that are impossible together", () => {
    // Three columns of which each pair excludes the other: mutually exclusive zeros.
    const rng = stream(3, "test/exclusive");
    const exclusive = matrix(
      Array.from({ length: 900 }, (_, i) => [0, 1, 2].map((j) => (i % 3 === j ? 1 + rng.uniform() : 0))),
    );
    const mended = fitRankCopula(exclusive);
    expect(mended.repaired).toBe(true);
    for (let a = 0; a < 3; a++) expect(mended.correlation.data[a * 4]).toBe(1);
    expect(symmetricEigen(mended.correlation).values[2]).toBeGreaterThan(0);
    for (const value of drawRankCopula(mended, nullStream(1, 0)).data) expect(Number.isFinite(value)).toBe(true);
  });

  test.each([
    [
      "two rows",
      matrix([
        [0, 1],
        [1, 0],
      ]),
    ],
    ["all rows equal", matrix(Array.from({ length: 30 }, () => [3, 3, 3]))],
    ["a column twice", matrix(Array.from({ length: 50 }, (_, i) => [i, i]))],
    [
      "more columns than rows",
      matrix(Array.from({ length: 4 }, (_, i) => Array.from({ length: 9 }, (_, j) => (i * j) % 5))),
    ],
  ])("copes with %s", (_, y) => {
    const drawn = drawRankCopula(fitRankCopula(y), nullStream(1, 0));
    for (let j = 0; j < y.cols; j++) expect(columnOf(drawn, j).sort()).toEqual(columnOf(y, j).sort());
  });
});

test("the column permutation keeps marginals and breaks correlations", () => {
  const x = customers(2000, 4);
  const y = permuteColumns(x, stream(1, "test/permute"));
  for (let j = 0; j < x.cols; j++) expect(columnOf(y, j).sort()).toEqual(columnOf(x, j).sort());
  expect(Math.abs(rankCorrelation(x, 0, 1))).toBeGreaterThan(0.3);
  expect(Math.abs(rankCorrelation(y, 0, 1))).toBeLessThan(0.09);
});

test("ranks: ties share the mean, or go by row", () => {
  expect([...midRanks(Float64Array.of(5, 1, 5, 0))]).toEqual([3.5, 2, 3.5, 1]);
  expect([...ranksOf(Float64Array.of(5, 1, 5, 0))]).toEqual([2, 1, 3, 0]);
});

describe("normal scores", () => {
  test("of two halves, worked by hand: the means of the halves are ∓√(2/π), scaled to ∓1", () => {
    expect([...scoresOfRanks(Float64Array.of(1, 2))].map((score) => Number(score.toFixed(12)))).toEqual([-1, 1]);
  });

  test("tied values share the mean of their parts, and a constant column scores 0", () => {
    // Quarters of the normal: −1.2711, −.3247, .3247, 1.2711; the middle two tied share 0.
    const parts = scoresOfRanks(Float64Array.of(0, 1, 1, 2));
    expect(parts[1]).toBeCloseTo(0, 14);
    expect(parts[2]).toBe(parts[1]);
    expect(parts[3]).toBeCloseTo(Math.SQRT2, 12);
    const four = scoresOfRanks(Float64Array.of(1, 2, 3, 4));
    expect(four[3]! / four[2]!).toBeCloseTo(1.2711063 / 0.3246628, 5);
    expect([...scoresOfRanks(Float64Array.of(3, 3, 3))]).toEqual([0, 0, 0]);
  });

  test("two halves: the series is Sheppard's 2/π·asin ρ", () => {
    const halves = hermiteOfScores(scoresOfRanks(Float64Array.from({ length: 100 }, (_, i) => (i < 50 ? 0 : 1))));
    for (const rho of [-0.8, -0.3, 0, 0.5, 0.9]) {
      expect(scoreCorrelation(rho, halves, halves)).toBeCloseTo((2 / Math.PI) * Math.asin(rho), 6);
    }
  });
});

test.each([
  [0, 0.5],
  [1, 0.8413447460685429],
  [-1.959963984540054, 0.025],
  [3, 0.9986501019683699],
  [-5, 2.866515718791939e-7],
])("the normal distribution at %f is R's", (t, p) => {
  expect(Math.abs(normalCdf(t) - p)).toBeLessThan(1e-14);
  expect(Math.abs(normalQuantile(p) - t)).toBeLessThan(1e-8);
});

describe("symmetric matrices", () => {
  test("eigenvalues of a 3×3, worked by hand", () => {
    // [[2,1,0],[1,2,0],[0,0,5]]: 5 with (0,0,1), 3 with (1,1,0)/√2, 1 with (1,−1,0)/√2.
    const { values, vectors } = symmetricEigen(
      matrix([
        [2, 1, 0],
        [1, 2, 0],
        [0, 0, 5],
      ]),
    );
    [5, 3, 1].forEach((value, i) => {
      expect(values[i]).toBeCloseTo(value, 14);
    });
    const half = Math.SQRT1_2;
    [0, 0, 1, half, half, 0].forEach((value, at) => {
      expect(vectors.data[at]).toBeCloseTo(value, 14);
    });
  });

  test("a random matrix is put together again from its eigenvectors and from its Cholesky factor", () => {
    const d = 12;
    const rng = stream(6, "test/eigen");
    const root = Array.from({ length: d * d }, () => rng.normal());
    const a = allocateMatrix(d, d);
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) for (let c = 0; c < d; c++) a.data[i * d + j]! += root[i * d + c]! * root[j * d + c]!;
    const { values, vectors } = symmetricEigen(a);
    const l = cholesky(a)!;
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) {
        let spectral = 0;
        let factored = 0;
        for (let c = 0; c < d; c++) {
          spectral += values[c]! * vectors.data[c * d + i]! * vectors.data[c * d + j]!;
          factored += l.data[i * d + c]! * l.data[j * d + c]!;
        }
        expect(spectral).toBeCloseTo(a.data[i * d + j]!, 10);
        expect(factored).toBeCloseTo(a.data[i * d + j]!, 10);
      }
    }
    expect(
      cholesky(
        matrix([
          [1, 2],
          [2, 1],
        ]),
      ),
    ).toBeNull();
  });
});
