// Made-up tables for test/bench/planted.mjs: kinds without groups, and kinds whose groups anyone would call groups.
// Each row of a kind is { group, values }: the group it was drawn from (null where there is none) and its cells.
import { exp, log } from "../../dist/core/math.js";
import { stream } from "../../dist/core/rng.js";
import { numberColumn } from "../../dist/core/table.js";

const { cos, sin } = Math;
const many = (count, value) => Array.from({ length: count }, (_, j) => value(j));
const pick = (rng, weights) => {
  let left = rng.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i];
    if (left < 0) return i;
  }
  return weights.length - 1;
};
const nothing = (values) => ({ group: null, values });
/** Student's t: a normal over the root of a χ² over its degrees of freedom (here a sum of exponentials, so an even number). */
const t4 = (rng) => rng.normal() / Math.sqrt((-2 * (log(rng.uniform()) + log(rng.uniform()))) / 4);
const t2half = (rng) => {
  // χ² with 2.5 degrees of freedom: Gamma(1.25) by Marsaglia & Tsang.
  const d = 1.25 - 1 / 3;
  for (;;) {
    const z = rng.normal();
    const v = (1 + z / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && log(rng.uniform()) < 0.5 * z * z + d - d * v + d * log(v))
      return rng.normal() / Math.sqrt((2 * d * v) / 2.5);
  }
};
const disc = (rng) => {
  const r = Math.sqrt(rng.uniform());
  const angle = 2 * Math.PI * rng.uniform();
  return [r * cos(angle), r * sin(angle)];
};
const letter = (i) => String.fromCharCode(65 + i);

/** Nothing there: the right answer is no structure. */
export const without = {
  "one Gaussian, 5 columns": (rng) => nothing(many(5, () => rng.normal())),
  "uniform cube, 4 columns": (rng) => nothing(many(4, () => rng.uniform())),
  "uniform disc": (rng) => nothing(disc(rng)),
  "exponential, 3 columns": (rng) => nothing(many(3, () => -log(rng.uniform()))),
  "log-normal with 40 % zeros, 5 columns": (rng) =>
    nothing(many(5, () => (rng.uniform() < 0.4 ? 0 : exp(rng.normal())))),
  "t with 2.5 degrees of freedom, 3 columns": (rng) => nothing(many(3, () => t2half(rng))),
  "t with 4 degrees of freedom, 6 columns": (rng) => nothing(many(6, () => t4(rng))),
  "one factor, 6 columns": (rng) => {
    const factor = rng.normal();
    return nothing(many(6, () => 0.8 * factor + 0.6 * rng.normal()));
  },
  "Likert 1 to 5, 8 columns of one factor": (rng) => {
    const factor = rng.normal();
    return nothing(many(8, () => Math.max(1, Math.min(5, Math.round(3 + 0.7 * factor + rng.normal())))));
  },
  banana: (rng) => {
    const x = rng.normal();
    return nothing([x, x * x + 0.5 * rng.normal()]);
  },
  "one Gaussian with 3 % outliers, 4 columns": (rng) => {
    const wide = rng.uniform() < 0.03 ? 6 : 1;
    return nothing(many(4, () => wide * rng.normal()));
  },
  "independent texts and numbers": (rng) =>
    nothing([rng.normal(), rng.normal(), rng.normal(), letter(pick(rng, [4, 3, 2, 1])), letter(pick(rng, [1, 1, 1]))]),
  "three numbers, a city and its region": (rng) => {
    const city = pick(rng, [5, 4, 4, 3, 2, 2]);
    return nothing([
      rng.normal(),
      rng.normal(),
      rng.normal(),
      `city ${letter(city)}`,
      ["north", "south", "east"][city % 3],
    ]);
  },
  "skewed whole numbers, 4 columns": (rng) => nothing(many(4, () => Math.floor(-4 * log(rng.uniform())))),
  "two correlated pairs, heavy upper tails": (rng) => {
    const [a, b] = [rng.normal(), rng.normal()];
    return nothing([exp(a), exp(0.8 * a + 0.6 * rng.normal()), exp(b), exp(0.8 * b + 0.6 * rng.normal())]);
  },
};

/** Group g gets the rows i with shares[g − 1] ≤ i mod 100 < shares[g]; like sizes without shares. */
const gaussians =
  (centres, spread = () => 1, shares = null) =>
  (rng, i) => {
    const group = shares ? shares.findIndex((share) => i % 100 < share) : i % centres.length;
    return { group, values: centres[group].map((centre, j) => centre + spread(group, j) * rng.normal()) };
  };
const corner = (k, d, apart) => many(k, (g) => many(d, (j) => (j === g ? apart / Math.SQRT2 : 0)));

/** Groups there: the right answer is as many, and the same rows. */
export const withGroups = {
  "one column with two peaks, 2 of noise": (rng, i) => ({
    group: i % 2,
    values: [8 * (i % 2) + rng.normal(), rng.normal(), rng.normal()],
  }),
  "half spend about 0, half about 1,000; age": (rng, i) => ({
    group: i % 2,
    values: [Math.max(0, (i % 2) * 1000 + 60 * rng.normal()), 45 + 12 * rng.normal()],
  }),
  "2×2 grid, 5 deviations apart": (rng, i) => ({
    group: i % 4,
    values: [5 * (i % 2) + rng.normal(), 5 * ((i >> 1) % 2) + rng.normal()],
  }),
  "four squares": (rng, i) => ({
    group: i % 4,
    values: [1.6 * (i % 2) + rng.uniform(), 1.6 * ((i >> 1) % 2) + rng.uniform()],
  }),
  "three stripes": (rng, i) => ({ group: i % 3, values: [10 * rng.uniform(), 3 * (i % 3) + 0.5 * rng.normal()] }),
  "six groups, three pairs": (rng, i) => {
    const group = i % 6;
    const [x, y] = [
      [0, 0],
      [20, 0],
      [10, 17],
    ][group >> 1];
    return { group, values: [x + 5 * (group % 2) + 0.7 * rng.normal(), y + 0.7 * rng.normal()] };
  },
  "sizes 70/20/10, 4 columns": gaussians(corner(3, 4, 7), undefined, [70, 90, 100]),
  "a group of 6 %": gaussians(
    [
      [0, 0, 0, 0],
      [8, 0, 0, 0],
    ],
    undefined,
    [94, 100],
  ),
  "unequal widths .5, 1, 2": gaussians(
    [
      [0, 0],
      [6, 0],
      [0, 11],
    ],
    (group) => [0.5, 1, 2][group],
  ),
  moons: (rng, i) => {
    const angle = Math.PI * rng.uniform();
    const [x, y] = i % 2 === 0 ? [cos(angle), sin(angle)] : [1 - cos(angle), 0.5 - sin(angle)];
    return { group: i % 2, values: [x + 0.06 * rng.normal(), y + 0.06 * rng.normal()] };
  },
  rings: (rng, i) => {
    const angle = 2 * Math.PI * rng.uniform();
    const r = [1, 3][i % 2] + 0.12 * rng.normal();
    return { group: i % 2, values: [r * cos(angle), r * sin(angle)] };
  },
  "three groups and two texts": (rng, i) => ({
    group: i % 3,
    values: [
      ...corner(3, 3, 7)[i % 3].map((centre) => centre + rng.normal()),
      letter(pick(rng, [3, 2, 1])),
      letter(pick(rng, [1, 1])),
    ],
  }),
  "three groups and rare campaigns": (rng, i) => ({
    group: i % 3,
    values: [
      ...corner(3, 3, 7)[i % 3].map((centre) => centre + rng.normal()),
      ["none", "a", "b", "c", "d", "e"][pick(rng, [70, 6, 6, 6, 6, 6])],
    ],
  }),
  "six groups in twelve columns, two of them skewed": (rng, i) => ({
    group: i % 6,
    values: corner(6, 12, 7)[i % 6].map((centre, j) =>
      j < 2 ? exp(0.7 * (centre + rng.normal())) : centre + rng.normal(),
    ),
  }),
  "two informative and ten noise columns": (rng, i) => {
    const [x, y] = [
      [0, 0],
      [7, 0],
      [3.5, 6],
    ][i % 3];
    return { group: i % 3, values: [x + rng.normal(), y + rng.normal(), ...many(10, () => rng.normal())] };
  },
  "long and thin": (rng, i) => {
    const along = 4 * rng.normal();
    const across = 0.5 * rng.normal() + 4 * (i % 3);
    return { group: i % 3, values: [0.8 * along - 0.6 * across, 0.6 * along + 0.8 * across] };
  },
  "k = 3, 8 columns": gaussians(corner(3, 8, 7)),
  "k = 5, 8 columns": gaussians(corner(5, 8, 7)),
  "k = 8, 8 columns": gaussians(corner(8, 8, 7)),
};

/** Columns whose skew a user would take the logarithm of. */
export const logged = {
  "six groups in twelve columns, two of them skewed": ["x1", "x2"],
  "two correlated pairs, heavy upper tails": ["x1", "x2", "x3", "x4"],
  "log-normal with 40 % zeros, 5 columns": ["x1", "x2", "x3", "x4", "x5"],
};

/** One table of a kind, with the group of each row. */
export function plant(row, rows, seed) {
  const rng = stream(seed, "bench/planted-tables");
  const made = Array.from({ length: rows }, (_, i) => row(rng, i));
  const columns = made[0].values.map((cell, j) => {
    const name = `x${j + 1}`;
    const values = made.map((each) => each.values[j]);
    return typeof cell === "string" ? { kind: "text", name, values } : numberColumn(name, Float64Array.from(values));
  });
  return { table: { rows, columns, id: null }, groups: made.map(({ group }) => group) };
}

/** The experiment that `init` would write for such a table, with a sweep of four algorithms. */
export function experimentOf(table, name) {
  const texts = table.columns.filter(({ kind }) => kind === "text").map((column) => column.name);
  const logs = logged[name] ? `log1p: { columns: [${logged[name].join(", ")}] }, ` : "";
  const oneHot = texts.length > 0 ? `, one-hot: { columns: [${texts.join(", ")}], weight: column }` : "";
  return `
name: planted
data: { path: none }
prepare: { standard: [ ${logs}scale: standard${oneHot} ] }
sweep:
  kmeans: { k: 2..9, nInit: 5 }
  gmm: { k: 2..9, covarianceType: full }
  agglomerative: { k: 2..9, linkage: ward }
  dbscan: { eps: auto, minSamples: [5, 10] }
seeds: 2
select: { rule: gated-stability, permutations: 0 }
score: { metrics: [silhouette, davies-bouldin, calinski-harabasz] }
`;
}
