/** What every clustering algorithm of the registry promises, whichever it is. */
import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { type Algorithm, type Fit, type FitReason, fitOne, type Params } from "../../src/cluster/define.js";
import { algorithmNamed, algorithms } from "../../src/cluster/registry.js";
import { UserError } from "../../src/core/errors.js";
import { canonicalJson, hashNumbers, hashOf } from "../../src/core/hash.js";
import { canonicalLabels, countClusters } from "../../src/core/labels.js";
import { type Matrix, matrix, takeRows } from "../../src/core/matrix.js";
import { references } from "../../src/core/references.js";
import { stream } from "../../src/core/rng.js";
import { referenceRows } from "../reference.js";

/** Every stream that was asked for, as seed/purpose/counter. */
const asked = vi.hoisted(() => new Set<string>());

vi.mock("../../src/core/rng.js", async (original) => {
  const real = await original<typeof import("../../src/core/rng.js")>();
  const spied: typeof real.stream = (seed, purpose, counter = 0) => {
    asked.add(`${seed}/${purpose}/${counter}`);
    return real.stream(seed, purpose, counter);
  };
  return { ...real, stream: spied };
});

// ---------------------------------------------------------------- data

/** Three round groups far apart: nobody can disagree about k = 3. Values are multiples of 1/1024. */
const separated = rowsFrom((rng, i) => {
  const group = i % 3;
  return [group * 40 + rng.normal(), group * 25 + rng.normal(), rng.normal()];
});

/** No structure at all: what is arbitrary in an algorithm shows here. */
const uniform = rowsFrom((rng) => [20 * rng.uniform(), 20 * rng.uniform()]);

function rowsFrom(row: (rng: ReturnType<typeof stream>, i: number) => number[]): Matrix {
  const rng = stream(20, "test/rows");
  return matrix(Array.from({ length: 90 }, (_, i) => row(rng, i).map((value) => Math.round(value * 1024) / 1024)));
}

const moved = (x: Matrix, by: number): Matrix => ({ ...x, data: x.data.map((value) => value + by) });

// ---------------------------------------------------------------- parameters

/** All combinations of the values that each parameter's `sweep` names, with `auto` expanded. */
function defaultGrid(algorithm: Algorithm, fixed: Params = {}): Params[] {
  let points: Params[] = [{}];
  for (const [name, schema] of Object.entries(algorithm.params.shape)) {
    const { sweep } = schema.meta() as { sweep: readonly unknown[] };
    const values = name in fixed ? [fixed[name]] : sweep;
    points = points.flatMap((point) => values.map((value) => ({ ...point, [name]: value })));
  }
  return points.flatMap((point) => {
    const parsed = algorithm.params.parse(point);
    return algorithm.expand?.(parsed) ?? [parsed];
  });
}

const asksForK = (algorithm: Algorithm) => "k" in algorithm.params.shape;
const context = { seed: 7 };

/** All of a fit that must not differ by a bit. */
const bits = (fit: Fit) => canonicalJson(fit);

function expectWellFormed(algorithm: Algorithm, x: Matrix, params: Params, fit: Fit) {
  expect(fit.labels).toBeInstanceOf(Int32Array);
  expect(fit.labels.length).toBe(x.rows);
  expect(Array.from(fit.labels)).toEqual(Array.from(canonicalLabels(fit.labels)));
  if (!algorithm.can.noise) expect(fit.labels.every((label) => label >= 0)).toBe(true);
  for (const value of Object.values(fit.outputs)) expect(Number.isFinite(value)).toBe(true);
  if (fit.objective !== null) expect(Number.isFinite(fit.objective.value)).toBe(true);

  const clusters = countClusters(fit.labels);
  expect(fit.reasons.includes("one-cluster")).toBe(clusters === 1);
  expect(fit.reasons.includes("all-noise")).toBe(clusters === 0);
  expect(fit.reasons.includes("collapsed")).toBe(asksForK(algorithm) && clusters < (params["k"] as number));
  expect(new Set(fit.reasons).size).toBe(fit.reasons.length);

  // A worker can send it, a journal can keep it.
  expect(structuredClone(fit)).toEqual(fit);
  expect(() => canonicalJson(fit)).not.toThrow();
}

describe.each(algorithms.map((algorithm) => [algorithm.name, algorithm] as const))("%s", (name, algorithm) => {
  const grid = defaultGrid(algorithm);

  test("its entry is complete", () => {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(algorithm.title.length).toBeGreaterThan(20);
    expect(Number.isInteger(algorithm.version) && algorithm.version >= 1).toBe(true);
    for (const key of algorithm.cites) expect(references).toHaveProperty(key);
    for (const shown of algorithm.shows) expect(algorithm.params.shape).toHaveProperty(shown);
    for (const [param, schema] of Object.entries(algorithm.params.shape)) {
      const meta = schema.meta() as { description?: string; unit?: string; sweep?: unknown[] };
      expect(meta?.description, param).toMatch(/\w{3}/);
      expect(meta?.unit, param).toMatch(/\w{3}/);
      expect(meta?.sweep?.length, param).toBeGreaterThan(0);
      for (const value of meta.sweep!) expect(schema.safeParse(value).success, `${param} = ${value}`).toBe(true);
    }
  });

  test.each([
    ["separated", separated],
    ["uniform", uniform],
  ])("a grid answers as its points do alone, in any order: %s", (_, x) => {
    const alone = grid.map((params) => bits(fitOne(algorithm, x, params, context)));
    expect(algorithm.fitMany(x, grid, context).map(bits)).toEqual(alone);
    const order = Array.from(stream(1, "test/order").permutation(grid.length)).slice(0, Math.ceil(grid.length / 2));
    const some = order.map((i) => grid[i]!);
    expect(algorithm.fitMany(x, some, context).map(bits)).toEqual(order.map((i) => alone[i]));
    expect(algorithm.fitMany(x, [], context)).toEqual([]);
  });

  test("the same seed gives the same answer, and only the seeded look at it", () => {
    const answers = (seed: number) => algorithm.fitMany(uniform, grid, { seed }).map(bits);
    expect(answers(3)).toEqual(answers(3));
    if (algorithm.can.seeded) expect(answers(3)).not.toEqual(answers(4));
    else expect(answers(3)).toEqual(answers(4));
  });

  test("rows are not touched", () => {
    const before = hashNumbers(uniform.data);
    algorithm.fitMany(uniform, grid, context);
    expect(hashNumbers(uniform.data)).toBe(before);
  });

  test("fits are well formed, and their assignment speaks of their clusters", () => {
    for (const x of [separated, uniform]) {
      algorithm.fitMany(x, grid, context).forEach((fit, i) => {
        const params = grid[i]!;
        expectWellFormed(algorithm, x, params, fit);
        const clusters = countClusters(fit.labels);
        const assignment = algorithm.assignment(x, params, fit);
        switch (assignment.rule) {
          case "nearest-centre":
            expect([assignment.centres.rows, assignment.centres.cols]).toEqual([clusters, x.cols]);
            break;
          case "nearest-medoid":
            expect(assignment.medoids.rows).toBe(clusters);
            expect(assignment.medoidRows.map((row) => fit.labels[row])).toEqual([...Array(clusters).keys()]);
            break;
          case "posterior":
            expect(assignment.means.rows).toBe(params["k"]);
            expect(assignment.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 10);
            break;
          case "nearest-core-point":
            expect(assignment.points.rows).toBe(fit.outputs["core"]);
            expect(new Set(assignment.labels).size).toBe(clusters);
            break;
          case "nearest-neighbour":
            expect(assignment.points.rows).toBe(assignment.labels.length);
            // points of noise may make new rows noise
            expect(new Set(assignment.labels.filter((label) => label >= 0)).size).toBe(clusters);
            break;
          case "thresholds":
            expect(assignment.labels.length).toBe(assignment.thresholds.length + 1);
            expect(assignment.labels.every((label) => label >= 0 && label < clusters)).toBe(true);
            break;
          case "cells":
            expect(assignment.labels.toSorted((a, b) => a - b)).toEqual([...Array(clusters).keys()]);
        }
      });
    }
  });

  test.each([
    ["separated", separated],
    ["uniform", uniform],
  ])("a whole number added to every value changes no label: %s", (_, x) => {
    const there = algorithm.fitMany(moved(x, 4096), grid, context);
    algorithm.fitMany(x, grid, context).forEach((fit, i) => {
      expect(Array.from(there[i]!.labels), canonicalJson(grid[i])).toEqual(Array.from(fit.labels));
      expect(there[i]!.reasons).toEqual(fit.reasons);
    });
  });

  // ------------------------------------------------------------ bad input

  const point = grid[0]!;
  const errorOf = (work: () => unknown): UserError => {
    try {
      work();
    } catch (error) {
      if (error instanceof UserError) return error;
      throw error;
    }
    throw new Error("no error was thrown");
  };

  test("a missing or infinite value is named by row and column", () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const x = matrix(Array.from({ length: 30 }, (_, i) => [i, i === 17 ? bad : i * i]));
      const error = errorOf(() => algorithm.fitMany(x, [point], context));
      expect(error.code).toBe("NOT_FINITE");
      expect(error.what).toContain("row 17, column 1");
    }
  });

  test.each([
    ["no row", matrix([])],
    ["one row", matrix([[1, 2]])],
  ])("too few rows are refused: %s", (_, x) => {
    const error = errorOf(() => algorithm.fitMany(x, [point], context));
    expect(error.code).toBe("TOO_FEW_ROWS");
    expect(error.what).toContain(`${x.rows}`);
  });

  test("unknown parameters and wrong types are refused", () => {
    expect(algorithm.params.safeParse({ ...point, kk: 3 }).success).toBe(false);
    for (const param of Object.keys(point)) {
      for (const bad of [-1, Number.NaN, null, "no such word"]) {
        expect(algorithm.params.safeParse({ ...point, [param]: bad }).success, `${param} = ${bad}`).toBe(false);
      }
    }
  });

  if (asksForK(algorithm)) {
    test("k below 2 or above the rows is refused with both numbers", () => {
      const x = matrix([[0], [1], [2], [5]]);
      for (const k of [1, 0, 2.5]) {
        expect(algorithm.params.safeParse({ ...point, k }).success).toBe(false);
        const error = errorOf(() => algorithm.fitMany(x, [{ ...point, k }], context));
        expect(error.code).toBe("PARAM_RANGE");
        expect(error.what).toContain(`${k}`);
      }
      const error = errorOf(() => algorithm.fitMany(x, [{ ...point, k: 9 }], context));
      expect(error.code).toBe("PARAM_RANGE");
      expect(error.what).toContain("9");
      expect(error.what).toContain("4 rows");
    });
  }

  // ------------------------------------------------------------ little to cluster

  const line = Array.from({ length: 24 }, (_, i) => [i < 12 ? i * i : 1000 + i * i]);
  test.each([
    ["d = 1", matrix(line)],
    ["duplicate rows", matrix(Array.from({ length: 30 }, (_, i) => [i % 3, (i % 3) * 2]))],
    ["all rows equal", matrix(Array.from({ length: 20 }, () => [0.1, 0.7]))],
    ["a constant column", matrix(line.map(([v]) => [v!, 7]))],
    ["two rows", matrix([[0], [1]])],
    ["an offset of 1e8", moved(matrix(line), 1e8)],
    ["tiny values", matrix(line.map(([v]) => [v! * 1e-12]))],
    ["huge values", matrix(line.map(([v]) => [v! * 1e12]))],
  ])("a result, never an exception: %s", (_, x) => {
    const fitting = grid
      .filter((params) => !("k" in params) || (params["k"] as number) <= x.rows)
      .filter((params) => typeof params["eps"] !== "string" || (params["minSamples"] as number) <= x.rows)
      .filter((params) => ((params["columns"] ?? []) as number[]).every((column) => column < x.cols));
    algorithm.fitMany(x, fitting, context).forEach((fit, i) => {
      expectWellFormed(algorithm, x, fitting[i]!, fit);
    });
  });

  if (asksForK(algorithm)) {
    test("k = n", () => {
      const x = takeRows(separated, [0, 1, 2, 3, 4, 5, 6, 7]);
      const points = defaultGrid(algorithm, { k: 8 });
      algorithm.fitMany(x, points, context).forEach((fit, i) => {
        expectWellFormed(algorithm, x, points[i]!, fit);
        const partitions = !algorithm.can.baseline && fit.objective?.better !== "higher";
        if (partitions) expect(countClusters(fit.labels)).toBe(8);
      });
    });

    test("fewer distinct rows than k collapse", () => {
      const x = matrix(Array.from({ length: 40 }, (_, i) => [i % 3, (i % 3) * 7]));
      const points = defaultGrid(algorithm, { k: 6 });
      for (const fit of algorithm.fitMany(x, points, context)) {
        if (algorithm.can.baseline && algorithm.can.seeded) continue; // lots do not look at the rows
        expect(fit.reasons).toContain("collapsed");
        expect(countClusters(fit.labels)).toBeLessThanOrEqual(3);
      }
    });
  }

  // ------------------------------------------------------------ streams

  describe("random streams", () => {
    beforeEach(() => asked.clear());
    const used = (x: Matrix, params: Params, seed: number) => {
      asked.clear();
      fitOne(algorithm, x, params, { seed });
      return [...asked].sort();
    };

    test("are named for the purpose, whatever the rows and k", () => {
      const streams = used(separated, point, 5);
      const purposes = new Set(streams.map((text) => text.split("/").slice(1, -1).join("/")));
      expect([...purposes].sort()).toEqual(streamsOf[name] ?? []);
      expect(used(takeRows(uniform, [...Array(50).keys()]), point, 5)).toEqual(streams);
      if (asksForK(algorithm)) expect(used(uniform, { ...point, k: 7 }, 5)).toEqual(streams);
      for (const text of streams) expect(text.startsWith("5/")).toBe(true);
    });
  });
});

/** Renaming one of these reshuffles all results of its algorithm: raise the version with it. */
const streamsOf: Readonly<Record<string, readonly string[]>> = {
  kmeans: ["kmeans/init"],
  "sparse-kmeans": ["sparse-kmeans/init"],
  gmm: ["gmm/init", "gmm/joined"],
  "latent-class": ["latent-class/init"],
  kmedoids: ["kmedoids/candidates", "kmedoids/init"],
  "random-labels": ["random-labels/lot"],
};

// ---------------------------------------------------------------- row order

/**
 * Who may answer otherwise when the rows come in another order, and why. An excuse that is no longer needed fails.
 */
const excuses: Readonly<Record<"separated" | "uniform", Readonly<Record<string, string>>>> = {
  separated: {
    "random-labels": "the lots are drawn row by row",
  },
  uniform: {
    dbscan: "a border row in reach of two clusters joins the one whose first core row comes first",
    gmm: "start rows are drawn by their position, and k-means from them ends in other local optima",
    kmeans: "start rows are drawn by their position, and the iteration ends in other local optima",
    "sparse-kmeans": "start rows are drawn by their position, and the iteration ends in other local optima",
    "latent-class": "start rows are drawn by their position, and k-means from them ends in other local optima",
    kmedoids: "start rows and candidates are drawn by their position, and the swaps end in other local optima",
    "random-labels": "the lots are drawn row by row",
  },
};

describe.each([
  ["separated", separated, { k: 3 }],
  ["uniform", uniform, {}],
] as const)("rows in another order, %s", (kind, x, fixed) => {
  test.each(algorithms.map((algorithm) => [algorithm.name, algorithm] as const))("%s", (name, algorithm) => {
    const grid = defaultGrid(algorithm, asksForK(algorithm) ? fixed : {});
    const order = stream(2, "test/rows-in-order").permutation(x.rows);
    const straight = algorithm.fitMany(x, grid, context);
    const shuffled = algorithm.fitMany(takeRows(x, order), grid, context);
    const differ = straight.filter((fit, i) => {
      const reordered = canonicalLabels(Int32Array.from(order, (row) => fit.labels[row]!));
      return canonicalJson(reordered) !== canonicalJson(shuffled[i]!.labels);
    });
    const excuse = excuses[kind][name];
    if (excuse === undefined) expect(differ.length, "labels depend on the order of the rows").toBe(0);
    else expect(differ.length, `the excuse is no longer needed: ${excuse}`).toBeGreaterThan(0);
  });
});

test("on well separated groups of rows every algorithm with k finds the groups", () => {
  const truth = Array.from(canonicalLabels(Array.from({ length: 90 }, (_, i) => i % 3)));
  for (const algorithm of algorithms) {
    if (!asksForK(algorithm) || algorithm.can.baseline) continue;
    for (const params of defaultGrid(algorithm, { k: 3 })) {
      const fit = fitOne(algorithm, separated, params, context);
      expect(Array.from(fit.labels), `${algorithm.name} ${canonicalJson(params)}`).toEqual(truth);
      expect(fit.reasons).toEqual([]);
    }
  }
});

// ---------------------------------------------------------------- registry and versions

test("names are unique, and an unknown one is answered with a suggestion", () => {
  expect(new Set(algorithms.map(({ name }) => name)).size).toBe(algorithms.length);
  for (const algorithm of algorithms) expect(algorithmNamed(algorithm.name)).toBe(algorithm);
  expect(() => algorithmNamed("kmean")).toThrow(UserError);
  try {
    algorithmNamed("kmean", "sweep.kmean");
  } catch (error) {
    expect((error as UserError).code).toBe("UNKNOWN_NAME");
    expect((error as UserError).mend).toContain('did you mean "kmeans"?');
    expect((error as UserError).where).toBe("sweep.kmean");
  }
});

test("what else to consider is in the registry too, and is another algorithm", () => {
  for (const { name, seeAlso, complexity } of algorithms) {
    expect(complexity).toMatch(/^O\(.* Memory .*O\(|matrix/);
    expect(Object.keys(seeAlso).length, name).toBeGreaterThan(0);
    for (const other of Object.keys(seeAlso)) expect(algorithmNamed(other).name).not.toBe(name);
  }
});

test("every reason there is can be reached", () => {
  const reached = new Set<FitReason>();
  const equal = matrix(Array.from({ length: 20 }, () => [1, 2]));
  for (const x of [uniform, equal, referenceRows("iris").x]) {
    for (const algorithm of algorithms) {
      const hard = defaultGrid(algorithm, "maxIter" in algorithm.params.shape ? { maxIter: 1 } : {});
      for (const fit of algorithm.fitMany(x, hard, context)) for (const reason of fit.reasons) reached.add(reason);
    }
  }
  const lonely = fitOne(algorithmNamed("dbscan"), uniform, { eps: 1e-3, minSamples: 5 }, context);
  for (const reason of lonely.reasons) reached.add(reason);
  expect([...reached].sort()).toEqual(["all-noise", "collapsed", "not-converged", "one-cluster", "singular"]);
});

/**
 * What each version answers on the iris rows, as a hash, with the grid it was asked. An entry is never changed: another
 * answer under the same version would be mistaken for the old one in every store of results.
 */
const versions: Readonly<Record<string, { readonly grid: readonly Params[]; readonly hash: string }>> = JSON.parse(
  readFileSync(new URL("../golden/versions/algorithms.json", import.meta.url), "utf8"),
);

test.each(algorithms.map((algorithm) => [`${algorithm.name}@${algorithm.version}`, algorithm] as const))(
  "%s answers as this version always has",
  (key, algorithm) => {
    const { x } = referenceRows("iris");
    const grid = versions[key]?.grid ?? defaultGrid(algorithm);
    const hash = hashOf(algorithm.fitMany(x, grid, { seed: 1 }).map(({ notes: _, ...fit }) => fit));
    expect(
      versions[key]?.hash,
      `another answer needs another version: raise that of ${algorithm.name}, and add to test/golden/versions/algorithms.json, under its name and new version, ${canonicalJson({ grid, hash })}`,
    ).toBe(hash);
  },
);
