// The silhouette of many labelings in one pass over all pairs.
//
// A block of B columns (rows to be judged) is held lane by lane; the rows it is measured against are sorted by
// cell (rows that no labeling tells apart), so a cell's sum stays in registers. Sums of cells are then put
// together into fewer and fewer cells, down to each labeling's groups. All sums are of whole units, hence exact.
import { getF64, getI32 } from "./memory";

const ROUND_TO_WHOLE: f64 = 6755399441055744.0;

/**
 * For cells from … to−1: out[cell][B] = sum over the cell's rows of the distance to each column, in whole units.
 *
 * @param columns - in, d × B f64, column-block layout; B a multiple of 16
 * @param rows - in, row-major rows sorted by cell
 * @param starts - in, cells+1 i32: first row of each cell
 * @param scale - units per distance
 * @param fineScale - 0: sum the rounded distances; else sum what rounding took off, in 1/fineScale units
 */
export function sumCells(
  columns: usize, B: i32, rows: usize, d: i32, starts: usize, from: i32, to: i32, scale: f64, fineScale: f64, out: usize,
): void {
  const stride = <usize>B << 3, rowBytes = <usize>d << 3;
  for (let cell = from; cell < to; cell++) {
    const first = rows + <usize>getI32(starts, cell) * rowBytes;
    const last = rows + <usize>getI32(starts, cell + 1) * rowBytes;
    const sums = out + <usize>cell * stride;
    if (fineScale == 0) sumCell(columns, stride, first, last, rowBytes, scale, sums);
    else sumCellFine(columns, stride, first, last, rowBytes, scale, fineScale, sums);
  }
}

@inline
function rounded(v: v128): v128 {
  const magic = f64x2.splat(ROUND_TO_WHOLE);
  return f64x2.sub(f64x2.add(v, magic), magic);
}

function sumCell(columns: usize, stride: usize, first: usize, last: usize, rowBytes: usize, scale: f64, sums: usize): void {
  const u = f64x2.splat(scale);
  for (let j: usize = 0; j < stride; j += 64) {
    let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
    let row = first;
    while (row < last) {
      let p = columns + j, a0 = f64x2.splat(0), a1 = a0, a2 = a0, a3 = a0;
      const end = row + rowBytes;
      do {
        const s = v128.load64_splat(row);
        let t = f64x2.sub(v128.load(p), s);
        a0 = f64x2.add(a0, f64x2.mul(t, t));
        t = f64x2.sub(v128.load(p, 16), s);
        a1 = f64x2.add(a1, f64x2.mul(t, t));
        t = f64x2.sub(v128.load(p, 32), s);
        a2 = f64x2.add(a2, f64x2.mul(t, t));
        t = f64x2.sub(v128.load(p, 48), s);
        a3 = f64x2.add(a3, f64x2.mul(t, t));
        p += stride;
        row += 8;
      } while (row < end);
      s0 = f64x2.add(s0, rounded(f64x2.mul(f64x2.sqrt(a0), u)));
      s1 = f64x2.add(s1, rounded(f64x2.mul(f64x2.sqrt(a1), u)));
      s2 = f64x2.add(s2, rounded(f64x2.mul(f64x2.sqrt(a2), u)));
      s3 = f64x2.add(s3, rounded(f64x2.mul(f64x2.sqrt(a3), u)));
    }
    v128.store(sums + j, s0);
    v128.store(sums + j, s1, 16);
    v128.store(sums + j, s2, 32);
    v128.store(sums + j, s3, 48);
  }
}

function sumCellFine(
  columns: usize, stride: usize, first: usize, last: usize, rowBytes: usize, scale: f64, fineScale: f64, sums: usize,
): void {
  const u = f64x2.splat(scale), fine = f64x2.splat(fineScale);
  for (let j: usize = 0; j < stride; j += 16) {
    let sum = f64x2.splat(0);
    let row = first;
    while (row < last) {
      let p = columns + j, a = f64x2.splat(0);
      const end = row + rowBytes;
      do {
        const t = f64x2.sub(v128.load(p), v128.load64_splat(row));
        a = f64x2.add(a, f64x2.mul(t, t));
        p += stride;
        row += 8;
      } while (row < end);
      const units = f64x2.mul(f64x2.sqrt(a), u);
      sum = f64x2.add(sum, rounded(f64x2.mul(f64x2.sub(units, rounded(units)), fine)));
    }
    v128.store(sums + j, sum);
  }
}

/** target[map[p]][B] += source[p][B] for every cell p, from zero. */
function fold(source: usize, stride: usize, map: usize, cells: i32, target: usize, targets: i32): void {
  memory.fill(target, 0, <usize>targets * stride);
  const end = source + <usize>cells * stride;
  while (source < end) {
    let o = target + <usize>load<i32>(map) * stride;
    map += 4;
    const last = source + stride;
    do { // 16 columns at a time
      v128.store(o, f64x2.add(v128.load(o), v128.load(source)));
      v128.store(o, f64x2.add(v128.load(o, 16), v128.load(source, 16)), 16);
      v128.store(o, f64x2.add(v128.load(o, 32), v128.load(source, 32)), 32);
      v128.store(o, f64x2.add(v128.load(o, 48), v128.load(source, 48)), 48);
      v128.store(o, f64x2.add(v128.load(o, 64), v128.load(source, 64)), 64);
      v128.store(o, f64x2.add(v128.load(o, 80), v128.load(source, 80)), 80);
      v128.store(o, f64x2.add(v128.load(o, 96), v128.load(source, 96)), 96);
      v128.store(o, f64x2.add(v128.load(o, 112), v128.load(source, 112)), 112);
      o += 128;
      source += 128;
    } while (source < last);
  }
}

/**
 * Put cells together and judge, by a program of steps of 8 i32 each:
 *
 *     0, source, target, map, cells, targets         fold; source and target count rows of B f64 in `sums`,
 *                                                    map counts i32 in `maps`: the target cell of each cell
 *     1, source, labeling, groups, clusters, sizes   judge; sizes counts f64 in `sizes`
 *
 * @param sums - in, the sums of the first cells at row 0, work space behind it
 * @param fineSums - 0, or the same for the rounded-off parts: then only flagged values are judged again
 * @param labels - in, labelings × B i32: the group of each column
 * @param coarse - means below this many units are flagged
 * @param flags - labelings × B f64, out when fineSums is 0: 1 where the larger mean is below `coarse`; else in
 * @param all, noNoise - out, labelings × B f64
 * @returns whether anything was flagged
 */
export function judgeColumns(
  program: usize, steps: i32, B: i32, sums: usize, fineSums: usize, maps: usize, sizes: usize, labels: usize,
  coarse: f64, fineScale: f64, flags: usize, all: usize, noNoise: usize,
): i32 {
  const stride = <usize>B << 3;
  let flagged = 0;
  for (let i = 0; i < steps; i++, program += 32) {
    const source = <usize>getI32(program, 1) * stride;
    if (getI32(program, 0) == 0) {
      const target = <usize>getI32(program, 2) * stride;
      const map = maps + (<usize>getI32(program, 3) << 2), cells = getI32(program, 4), targets = getI32(program, 5);
      fold(sums + source, stride, map, cells, sums + target, targets);
      if (fineSums) fold(fineSums + source, stride, map, cells, fineSums + target, targets);
    } else {
      const l = <usize>getI32(program, 2);
      flagged |= judge(
        sums + source, fineSums ? fineSums + source : 0, B, getI32(program, 3), getI32(program, 4),
        sizes + (<usize>getI32(program, 5) << 3), labels + (l * stride >> 1), coarse, fineScale,
        flags + l * stride, all + l * stride, noNoise + l * stride,
      );
    }
  }
  return flagged;
}

function judge(
  sums: usize, fineSums: usize, B: i32, groups: i32, clusters: i32, sizes: usize, labels: usize,
  coarse: f64, fineScale: f64, flags: usize, all: usize, noNoise: usize,
): i32 {
  const zero = f64x2.splat(0), one = f64x2.splat(1), infinite = f64x2.splat(Infinity);
  const fineUnit = f64x2.splat(1 / fineScale), stride = <usize>B << 3;
  let flagged = 0;
  for (let j: usize = 0; j < stride; j += 16) {
    const own = f64x2.convert_low_i32x4_s(v128.load64_zero(labels + (j >> 1)));
    let ownSum = zero, ownSize = one, b = infinite, bClusters = infinite;
    let p = sums + j, f = fineSums + j;
    for (let g = 0; g < groups; g++, p += stride, f += stride) {
      let sum = v128.load(p);
      if (fineSums) sum = f64x2.add(sum, f64x2.mul(v128.load(f), fineUnit));
      const size = v128.load64_splat(sizes + (<usize>g << 3));
      const mine = f64x2.eq(own, f64x2.splat(<f64>g));
      ownSum = v128.bitselect(sum, ownSum, mine);
      ownSize = v128.bitselect(size, ownSize, mine);
      if (g == clusters) bClusters = b;
      b = f64x2.pmin(b, v128.bitselect(infinite, f64x2.div(sum, size), mine));
    }
    if (groups == clusters) bClusters = b;
    const alone = f64x2.lt(ownSize, f64x2.splat(2));
    const a = v128.andnot(f64x2.div(ownSum, f64x2.sub(ownSize, one)), alone);
    let s = groups > 1 ? v128.andnot(ratio(a, b), alone) : zero;
    let sClusters = zero;
    if (clusters > 1) sClusters = v128.andnot(ratio(a, bClusters), v128.or(alone, f64x2.eq(own, f64x2.splat(<f64>clusters))));
    if (fineSums) {
      const again = f64x2.eq(v128.load(flags + j), one);
      s = v128.bitselect(s, v128.load(all + j), again);
      sClusters = v128.bitselect(sClusters, v128.load(noNoise + j), again);
    } else {
      const near = f64x2.lt(f64x2.pmax(a, b), f64x2.splat(coarse));
      v128.store(flags + j, v128.and(one, near));
      flagged |= v128.any_true(near) ? 1 : 0;
    }
    v128.store(all + j, s);
    v128.store(noNoise + j, sClusters);
  }
  return flagged;
}

/** (b − a) / max(a, b), 0 where both are 0. */
@inline
function ratio(a: v128, b: v128): v128 {
  const larger = f64x2.pmax(a, b);
  return v128.and(f64x2.div(f64x2.sub(b, a), larger), f64x2.gt(larger, f64x2.splat(0)));
}
