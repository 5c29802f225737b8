import { describe, expect, test } from "vitest";
import { canonicalLabels, type Labels } from "../../src/core/labels.js";
import type { Matrix } from "../../src/core/matrix.js";
import { type Rng, stream } from "../../src/core/rng.js";
import { silhouettePart } from "../../src/kernels/silhouette.js";
import { groupsOf } from "../../src/metrics/groups.js";
import { COARSE, quantumOf } from "../../src/metrics/quantum.js";
import { slowSilhouettePass } from "../oracle/silhouette-pass.js";
import { blobs, fill, shapes } from "./shapes.js";

const random = (rng: Rng, n: number, k: number, from = 0): Labels =>
  canonicalLabels(Int32Array.from({ length: n }, () => from + rng.int(k - from)));

/** Few and many clusters, noise, nested ones, one per row, all in one. */
function labelingsOf(n: number, rng: Rng): Labels[] {
  const five = random(rng, n, 5);
  return [
    random(rng, n, 2),
    five,
    five.map((l) => Math.min(l, 2)),
    random(rng, n, 4, -1),
    random(rng, n, 30, -1),
    Int32Array.from({ length: n }, (_, i) => i),
    new Int32Array(n),
    new Int32Array(n).fill(-1),
    Int32Array.from({ length: n }, (_, i) => (i === 0 ? -1 : 0)),
  ];
}

function part(x: Matrix, labelings: readonly Labels[], from?: number, to?: number) {
  return silhouettePart(
    x,
    labelings.map((labels) => groupsOf(x, labels)),
    { ...quantumOf(x)!, coarse: COARSE },
    from,
    to,
  );
}

describe.each([1, 2, 3].flatMap((seed) => shapes(seed)))("silhouette of $name", ({ name, x }) => {
  const labelings = labelingsOf(x.rows, stream(1, `test/${name}`));
  const together = part(x, labelings);

  test("equals the slow twin to the bit", () => {
    const slow = slowSilhouettePass(
      x,
      labelings.map((labels) => groupsOf(x, labels)),
    );
    expect(together).toEqual(slow);
  });

  test("a labeling alone, and a split of the rows, give the same bits", () => {
    labelings.forEach((labels, l) => {
      expect(part(x, [labels])[0]).toEqual(together[l]);
    });
    const cut = Math.floor(x.rows / 3);
    const [first, second] = [part(x, labelings, 0, cut), part(x, labelings, cut, x.rows)];
    together.forEach(({ all, noNoise }, l) => {
      expect([...first[l]!.all, ...second[l]!.all]).toEqual([...all]);
      expect([...first[l]!.noNoise, ...second[l]!.noNoise]).toEqual([...noNoise]);
    });
  });
});

test("rows near one another beside a huge outlier are summed again, finely, and equal the twin", () => {
  const x = fill(203, 2, stream(8, "test/outlier"), (rng, i) => (i === 200 ? 1e7 : rng.normal() * 1e-3));
  const labelings = labelingsOf(203, stream(8, "test/labels"));
  expect(part(x, labelings)).toEqual(
    slowSilhouettePass(
      x,
      labelings.map((labels) => groupsOf(x, labels)),
    ),
  );
});

test("sixty unrelated labelings, so that cells are single rows", () => {
  const x = blobs(700, 4, 6, 10, 9);
  const rng = stream(9, "test/labels");
  const labelings = Array.from({ length: 60 }, (_, l) => random(rng, 700, 2 + (l % 9)));
  const slow = slowSilhouettePass(
    x,
    labelings.map((labels) => groupsOf(x, labels)),
  );
  expect(part(x, labelings)).toEqual(slow);
  expect(part(x, [...labelings].reverse()).reverse()).toEqual(slow);
});

test("nothing to score, or no rows asked for, is no error", () => {
  const x = blobs(20, 2, 2, 5, 1);
  expect(part(x, [])).toEqual([]);
  expect(part(x, [new Int32Array(20)], 5, 5)[0]!.all).toHaveLength(0);
});

test("a hundred labelings, many of them equal, get what each gets alone", () => {
  const x = blobs(150, 2, 4, 8, 3);
  const rng = stream(4, "test/many");
  const distinct = Array.from({ length: 70 }, () => random(rng, x.rows, 2 + rng.int(6)));
  const labelings = [...distinct, ...distinct.slice(0, 30).map((labels) => labels.slice())];
  const together = part(x, labelings);
  labelings.forEach((labels, l) => {
    expect(part(x, [labels])[0]).toEqual(together[l]);
  });
});
