// The spatial order of the rows: recursive median splits on the dimension of widest spread.
import { getF64, getI32, setF64, setI32 } from "./memory";

/**
 * Split ranges of `order` until no range is larger than 8 rows or `budget` rows have been moved; the caller calls
 * again until the answer is 0.
 *
 * @param x - in, n×d row-major
 * @param order - in/out, n i32: row numbers; a range of it is one cell of the tree
 * @param keys - scratch, n f64
 * @param stack - in/out, pairs (from, to) of i32 still to split; room for 128 pairs
 * @param depth - how many pairs are on the stack
 * @returns how many pairs are left on the stack
 */
export function splitOrder(x: usize, d: i32, order: usize, keys: usize, stack: usize, depth: i32, budget: f64): i32 {
  while (depth > 0 && budget > 0) {
    depth--;
    const from = getI32(stack, 2 * depth), to = getI32(stack, 2 * depth + 1), size = to - from;
    if (size <= 8) continue;
    budget -= <f64>size;
    const dim = widestDimension(x, d, order, from, to);
    for (let i = from; i < to; i++) setF64(keys, i, load<f64>(x + (<usize>getI32(order, i) * <usize>d + <usize>dim << 3)));
    // Cuts at multiples of 64, then 16, then 8 rows: so 64 or 16 neighbours in this order are a cell as well.
    const unit = size > 64 ? 64 : size > 16 ? 16 : 8;
    const units = (size + unit - 1) / unit;
    const cut = from + (units >> 1) * unit;
    selectNth(keys, order, from, to - 1, cut);
    setI32(stack, 2 * depth, cut);
    setI32(stack, 2 * depth + 1, to);
    depth++;
    setI32(stack, 2 * depth, from);
    setI32(stack, 2 * depth + 1, cut);
    depth++;
  }
  return depth;
}

/** The dimension of largest variance over at most 255 rows spread evenly over the range; ties to the lowest. */
function widestDimension(x: usize, d: i32, order: usize, from: i32, to: i32): i32 {
  const step = max(1, (to - from) >> 7);
  const first = x + (<usize>getI32(order, from) * <usize>d << 3);
  let widest = 0, largest = -1.0;
  for (let k = 0; k < d; k++) {
    // sums about the first row's value, so that a large offset costs no digits
    const origin = getF64(first, k);
    let sum = 0.0, squares = 0.0, count = 0.0;
    for (let i = from; i < to; i += step) {
      const v = load<f64>(x + (<usize>getI32(order, i) * <usize>d + <usize>k << 3)) - origin;
      sum += v;
      squares += v * v;
      count += 1;
    }
    const spread = squares - sum * sum / count;
    if (spread > largest) {
      largest = spread;
      widest = k;
    }
  }
  return widest;
}

/** Quickselect: keys before `nth` become ≤ those from it on; `order` moves with them. */
function selectNth(keys: usize, order: usize, left: i32, right: i32, nth: i32): void {
  while (left < right) {
    const pivot = medianOf3(getF64(keys, left), getF64(keys, (left + right) >>> 1), getF64(keys, right));
    let i = left, j = right;
    while (i <= j) {
      while (getF64(keys, i) < pivot) i++;
      while (getF64(keys, j) > pivot) j--;
      if (i <= j) {
        const key = getF64(keys, i), row = getI32(order, i);
        setF64(keys, i, getF64(keys, j));
        setI32(order, i, getI32(order, j));
        setF64(keys, j, key);
        setI32(order, j, row);
        i++;
        j--;
      }
    }
    if (nth <= j) right = j;
    else if (nth >= i) left = i;
    else return;
  }
}

@inline
function medianOf3(a: f64, b: f64, c: f64): f64 {
  return a < b ? (b < c ? b : a < c ? c : a) : a < c ? a : b < c ? c : b;
}
