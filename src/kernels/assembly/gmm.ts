// One round of expectation and maximisation over chunks of 64 neighbouring points, fused: while a chunk and its
// responsibilities are in cache, they are also added to the sums of the next mixture.
//
// A chunk is dp × 64 f64, dimension by dimension; dp is d rounded up to even, the added dimension is 0. Sums are
// about the old means: z = x − mean is small where responsibility is large, so nothing is lost to cancellation.
import { getF64, setF64 } from "./memory";

/** Largest responsibility below which a chunk adds nothing to a component: 1e-16 of a row. */
const NOTHING: f64 = 1e-16;
/** A log density this far below the largest is a responsibility below 1e-17. */
const FAR_BELOW: f64 = -40;

/**
 * exp(x) for two x ≤ 0, to about one unit in the last place; below −600 it stays at exp(−600).
 *
 * x = n·ln 2 + r with |r| ≤ ln 2 / 2; e^r by its series to r^13, scaled by adding n to the exponent.
 */
@inline
function expNegative(x: v128): v128 {
  const magic = f64x2.splat(6755399441055744.0);
  x = f64x2.pmax(x, f64x2.splat(-600.0));
  const t = f64x2.add(f64x2.mul(x, f64x2.splat(1.4426950408889634)), magic), n = f64x2.sub(t, magic);
  const r = f64x2.sub(
    f64x2.sub(x, f64x2.mul(n, f64x2.splat(6.93147180369123816490e-01))),
    f64x2.mul(n, f64x2.splat(1.90821492927058770002e-10)),
  );
  const power = i64x2.shl(i64x2.add(t, i64x2.splat(1023)), 52); // the low bits of t hold n
  const r2 = f64x2.mul(r, r), r4 = f64x2.mul(r2, r2), r8 = f64x2.mul(r4, r4);
  const p0 = f64x2.add(f64x2.splat(1.0), r);
  const p1 = f64x2.add(f64x2.splat(0.5), f64x2.mul(r, f64x2.splat(1.0 / 6)));
  const p2 = f64x2.add(f64x2.splat(1.0 / 24), f64x2.mul(r, f64x2.splat(1.0 / 120)));
  const p3 = f64x2.add(f64x2.splat(1.0 / 720), f64x2.mul(r, f64x2.splat(1.0 / 5040)));
  const p4 = f64x2.add(f64x2.splat(1.0 / 40320), f64x2.mul(r, f64x2.splat(1.0 / 362880)));
  const p5 = f64x2.add(f64x2.splat(1.0 / 3628800), f64x2.mul(r, f64x2.splat(1.0 / 39916800)));
  const p6 = f64x2.add(f64x2.splat(1.0 / 479001600), f64x2.mul(r, f64x2.splat(1.0 / 6227020800)));
  const q0 = f64x2.add(p0, f64x2.mul(r2, p1)), q1 = f64x2.add(p2, f64x2.mul(r2, p3));
  const q2 = f64x2.add(f64x2.add(p4, f64x2.mul(r2, p5)), f64x2.mul(r4, p6));
  return f64x2.mul(f64x2.add(f64x2.add(q0, f64x2.mul(r4, q1)), f64x2.mul(r8, q2)), power);
}

/** z = x − mean, dp × 64. */
function centreChunk(x: usize, mean: usize, dp: i32, z: usize): void {
  for (let j = 0; j < dp; j++) {
    const m = v128.load64_splat(mean + (<usize>j << 3)), end = x + 512;
    while (x < end) {
      v128.store(z, f64x2.sub(v128.load(x), m));
      v128.store(z, f64x2.sub(v128.load(x, 16), m), 16);
      x += 32;
      z += 32;
    }
  }
}

/** out[64] = constant − ½|U z|², U lower triangular dp×dp: two rows of U by 8 points at a time. */
function logDensityFull(z: usize, u: usize, dp: i32, constant: f64, out: usize): void {
  const base = f64x2.splat(constant), minusHalf = f64x2.splat(-0.5);
  for (let j: usize = 0; j < 512; j += 64) {
    let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
    for (let r = 0; r < dp; r += 2) {
      let p = u + (<usize>(r * dp) << 3), q = p + (<usize>dp << 3), at = z + j;
      let a0 = f64x2.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
      const end = p + (<usize>(r + 2) << 3);
      do {
        const f = v128.load64_splat(p), g = v128.load64_splat(q);
        let y = v128.load(at);
        a0 = f64x2.add(a0, f64x2.mul(y, f));
        b0 = f64x2.add(b0, f64x2.mul(y, g));
        y = v128.load(at, 16);
        a1 = f64x2.add(a1, f64x2.mul(y, f));
        b1 = f64x2.add(b1, f64x2.mul(y, g));
        y = v128.load(at, 32);
        a2 = f64x2.add(a2, f64x2.mul(y, f));
        b2 = f64x2.add(b2, f64x2.mul(y, g));
        y = v128.load(at, 48);
        a3 = f64x2.add(a3, f64x2.mul(y, f));
        b3 = f64x2.add(b3, f64x2.mul(y, g));
        p += 8;
        q += 8;
        at += 512;
      } while (p < end);
      s0 = f64x2.add(s0, f64x2.add(f64x2.mul(a0, a0), f64x2.mul(b0, b0)));
      s1 = f64x2.add(s1, f64x2.add(f64x2.mul(a1, a1), f64x2.mul(b1, b1)));
      s2 = f64x2.add(s2, f64x2.add(f64x2.mul(a2, a2), f64x2.mul(b2, b2)));
      s3 = f64x2.add(s3, f64x2.add(f64x2.mul(a3, a3), f64x2.mul(b3, b3)));
    }
    v128.store(out + j, f64x2.add(base, f64x2.mul(minusHalf, s0)));
    v128.store(out + j, f64x2.add(base, f64x2.mul(minusHalf, s1)), 16);
    v128.store(out + j, f64x2.add(base, f64x2.mul(minusHalf, s2)), 32);
    v128.store(out + j, f64x2.add(base, f64x2.mul(minusHalf, s3)), 48);
  }
}

/** out = U x, dp × 64. */
function transformChunk(x: usize, u: usize, dp: i32, out: usize): void {
  for (let j: usize = 0; j < 512; j += 64) {
    let row = u, to = out + j;
    for (let r = 0; r < dp; r++, row += <usize>dp << 3, to += 512) {
      let at = x + j, a0 = f64x2.splat(0), a1 = a0, a2 = a0, a3 = a0;
      const end = row + (<usize>(r + 1) << 3);
      for (let p = row; p < end; p += 8, at += 512) {
        const f = v128.load64_splat(p);
        a0 = f64x2.add(a0, f64x2.mul(v128.load(at), f));
        a1 = f64x2.add(a1, f64x2.mul(v128.load(at, 16), f));
        a2 = f64x2.add(a2, f64x2.mul(v128.load(at, 32), f));
        a3 = f64x2.add(a3, f64x2.mul(v128.load(at, 48), f));
      }
      v128.store(to, a0);
      v128.store(to, a1, 16);
      v128.store(to, a2, 32);
      v128.store(to, a3, 48);
    }
  }
}

/** out[64] = constant − ½ Σ u_j (x_j − mean_j)²: the diagonal of the inverse covariance is `u`. */
function logDensityDiagonal(x: usize, mean: usize, u: usize, dp: i32, constant: f64, out: usize): void {
  const base = f64x2.splat(constant), minusHalf = f64x2.splat(-0.5);
  for (let i: usize = 0; i < 512; i += 64) {
    let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
    let at = x + i;
    for (let j: usize = 0; j < <usize>dp << 3; j += 8, at += 512) {
      const m = v128.load64_splat(mean + j), w = v128.load64_splat(u + j);
      let z = f64x2.sub(v128.load(at), m);
      s0 = f64x2.add(s0, f64x2.mul(f64x2.mul(z, z), w));
      z = f64x2.sub(v128.load(at, 16), m);
      s1 = f64x2.add(s1, f64x2.mul(f64x2.mul(z, z), w));
      z = f64x2.sub(v128.load(at, 32), m);
      s2 = f64x2.add(s2, f64x2.mul(f64x2.mul(z, z), w));
      z = f64x2.sub(v128.load(at, 48), m);
      s3 = f64x2.add(s3, f64x2.mul(f64x2.mul(z, z), w));
    }
    v128.store(out + i, f64x2.add(base, f64x2.mul(minusHalf, s0)));
    v128.store(out + i, f64x2.add(base, f64x2.mul(minusHalf, s1)), 16);
    v128.store(out + i, f64x2.add(base, f64x2.mul(minusHalf, s2)), 32);
    v128.store(out + i, f64x2.add(base, f64x2.mul(minusHalf, s3)), 48);
  }
}

/** squares[64] = |x − mean|². */
function squaresChunk(x: usize, mean: usize, dp: i32, squares: usize): void {
  for (let i: usize = 0; i < 512; i += 64) {
    let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
    let at = x + i;
    for (let j: usize = 0; j < <usize>dp << 3; j += 8, at += 512) {
      const m = v128.load64_splat(mean + j);
      let z = f64x2.sub(v128.load(at), m);
      s0 = f64x2.add(s0, f64x2.mul(z, z));
      z = f64x2.sub(v128.load(at, 16), m);
      s1 = f64x2.add(s1, f64x2.mul(z, z));
      z = f64x2.sub(v128.load(at, 32), m);
      s2 = f64x2.add(s2, f64x2.mul(z, z));
      z = f64x2.sub(v128.load(at, 48), m);
      s3 = f64x2.add(s3, f64x2.mul(z, z));
    }
    v128.store(squares + i, s0);
    v128.store(squares + i, s1, 16);
    v128.store(squares + i, s2, 32);
    v128.store(squares + i, s3, 48);
  }
}

/** out[64] = constant − ½ u · squares. */
function logDensityBall(squares: usize, u: f64, constant: f64, out: usize): void {
  const base = f64x2.splat(constant), factor = f64x2.splat(-0.5 * u);
  for (let j: usize = 0; j < 512; j += 16) {
    v128.store(out + j, f64x2.add(base, f64x2.mul(factor, v128.load(squares + j))));
  }
}

/** mass += Σr; first += Σ r z; second += Σ r |z|². */
function addBall(x: usize, mean: usize, r: usize, squares: usize, dp: i32, mass: usize, first: usize, second: usize): void {
  addMass(r, mass);
  let s0 = f64x2.splat(0), s1 = s0;
  for (let j: usize = 0; j < 512; j += 32) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(r + j), v128.load(squares + j)));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(r + j, 16), v128.load(squares + j, 16)));
  }
  v128.store(second, f64x2.add(v128.load(second), f64x2.add(s0, s1)));
  for (let k = 0; k < dp; k += 2, x += 1024, first += 32) { // two dimensions share the loads of r
    const m = v128.load64_splat(mean + (<usize>k << 3)), n = v128.load64_splat(mean + (<usize>k << 3), 8);
    let a0 = f64x2.splat(0), a1 = a0, b0 = a0, b1 = a0;
    for (let j: usize = 0; j < 512; j += 32) {
      const p = v128.load(r + j), q = v128.load(r + j, 16), at = x + j;
      a0 = f64x2.add(a0, f64x2.mul(f64x2.sub(v128.load(at), m), p));
      a1 = f64x2.add(a1, f64x2.mul(f64x2.sub(v128.load(at, 16), m), q));
      b0 = f64x2.add(b0, f64x2.mul(f64x2.sub(v128.load(at, 512), n), p));
      b1 = f64x2.add(b1, f64x2.mul(f64x2.sub(v128.load(at, 528), n), q));
    }
    v128.store(first, f64x2.add(v128.load(first), f64x2.add(a0, a1)));
    v128.store(first, f64x2.add(v128.load(first, 16), f64x2.add(b0, b1)), 16);
  }
}

/**
 * Log densities become responsibilities, those of lanes from `count` on 0. A component that lies e^40 below the
 * likeliest in every lane gets 0 without an exp.
 *
 * @param r - in/out, k × 64
 * @param rows - 0, or out: the 64 log-likelihoods
 * @param work - 2·64 f64
 * @returns the sum of the log-likelihoods
 */
function share(r: usize, k: i32, count: i32, rows: usize, work: usize): f64 {
  const most = work, sums = work + 512, end = r + (<usize>k << 9);
  for (let j: usize = 0; j < 512; j += 32) {
    let a = v128.load(r + j), b = v128.load(r + j, 16);
    for (let p = r + 512 + j; p < end; p += 512) {
      a = f64x2.pmax(a, v128.load(p));
      b = f64x2.pmax(b, v128.load(p, 16));
    }
    v128.store(most + j, a);
    v128.store(most + j, b, 16);
  }
  memory.fill(sums, 0, 512);
  for (let p = r; p < end; p += 512) {
    let a = f64x2.splat(-Infinity), b = a;
    for (let j: usize = 0; j < 512; j += 32) {
      const u = f64x2.sub(v128.load(p + j), v128.load(most + j));
      const v = f64x2.sub(v128.load(p + j, 16), v128.load(most + j, 16));
      a = f64x2.pmax(a, u);
      b = f64x2.pmax(b, v);
      v128.store(p + j, u);
      v128.store(p + j, v, 16);
    }
    a = f64x2.pmax(a, b);
    if (max(f64x2.extract_lane(a, 0), f64x2.extract_lane(a, 1)) < FAR_BELOW) {
      memory.fill(p, 0, 512);
      continue;
    }
    for (let j: usize = 0; j < 512; j += 32) {
      const u = expNegative(v128.load(p + j)), v = expNegative(v128.load(p + j, 16));
      v128.store(p + j, u);
      v128.store(p + j, v, 16);
      v128.store(sums + j, f64x2.add(v128.load(sums + j), u));
      v128.store(sums + j, f64x2.add(v128.load(sums + j, 16), v), 16);
    }
  }
  if (rows) {
    for (let i = 0; i < 64; i++) setF64(rows, i, getF64(most, i) + Math.log(getF64(sums, i)));
  }
  // the product of 32 sums, each between 1 and k, has one logarithm
  const one = f64x2.splat(1), lanes = f64x2.splat(<f64>count);
  let product = one, total = f64x2.splat(0);
  let lane = f64x2.add(f64x2.splat(0), f64x2.replace_lane(f64x2.splat(0), 1, 1));
  for (let j: usize = 0; j < 512; j += 16) {
    const real = f64x2.lt(lane, lanes), sum = v128.load(sums + j);
    lane = f64x2.add(lane, f64x2.splat(2));
    product = f64x2.mul(product, v128.bitselect(sum, one, real));
    total = f64x2.add(total, v128.and(v128.load(most + j), real));
    v128.store(sums + j, v128.and(f64x2.div(one, sum), real));
  }
  for (let p = r; p < end; p += 512) {
    for (let j: usize = 0; j < 512; j += 32) {
      v128.store(p + j, f64x2.mul(v128.load(p + j), v128.load(sums + j)));
      v128.store(p + j, f64x2.mul(v128.load(p + j, 16), v128.load(sums + j, 16)), 16);
    }
  }
  return f64x2.extract_lane(total, 0) + Math.log(f64x2.extract_lane(product, 0)) +
    (f64x2.extract_lane(total, 1) + Math.log(f64x2.extract_lane(product, 1)));
}

function largestOf64(r: usize): f64 {
  let a = f64x2.splat(0), b = a;
  for (let j: usize = 0; j < 512; j += 32) {
    a = f64x2.pmax(a, v128.load(r + j));
    b = f64x2.pmax(b, v128.load(r + j, 16));
  }
  a = f64x2.pmax(a, b);
  return max(f64x2.extract_lane(a, 0), f64x2.extract_lane(a, 1));
}

@inline
function addMass(r: usize, mass: usize): void {
  let a = f64x2.splat(0), b = a;
  for (let j: usize = 0; j < 512; j += 32) {
    a = f64x2.add(a, v128.load(r + j));
    b = f64x2.add(b, v128.load(r + j, 16));
  }
  v128.store(mass, f64x2.add(v128.load(mass), f64x2.add(a, b)));
}

/** mass += Σr; first += Σ r z; second += Σ r z zᵀ in tiles of 2×4 of its lower triangle. All sums are pairs. */
function addFull(z: usize, weighted: usize, r: usize, dp: i32, mass: usize, first: usize, second: usize): void {
  addMass(r, mass);
  for (let k = 0; k < dp; k++) {
    let s0 = f64x2.splat(0), s1 = s0;
    const from = z + (<usize>k << 9), to = weighted + (<usize>k << 9), at = first + (<usize>k << 4);
    for (let j: usize = 0; j < 512; j += 32) {
      const a = f64x2.mul(v128.load(from + j), v128.load(r + j));
      const b = f64x2.mul(v128.load(from + j, 16), v128.load(r + j, 16));
      v128.store(to + j, a);
      v128.store(to + j, b, 16);
      s0 = f64x2.add(s0, a);
      s1 = f64x2.add(s1, b);
    }
    v128.store(at, f64x2.add(v128.load(at), f64x2.add(s0, s1)));
  }
  for (let p = 0; p < dp; p += 2) {
    for (let q = 0; q <= p + 1; q += 4) {
      let a = weighted + (<usize>p << 9), b = z + (<usize>q << 9);
      const end = a + 512;
      let c0 = v128.load(second), c1 = v128.load(second, 16), c2 = v128.load(second, 32), c3 = v128.load(second, 48);
      let d0 = v128.load(second, 64), d1 = v128.load(second, 80), d2 = v128.load(second, 96);
      let d3 = v128.load(second, 112);
      do {
        const x = v128.load(a), y = v128.load(a, 512);
        let t = v128.load(b);
        c0 = f64x2.add(c0, f64x2.mul(x, t));
        d0 = f64x2.add(d0, f64x2.mul(y, t));
        t = v128.load(b, 512);
        c1 = f64x2.add(c1, f64x2.mul(x, t));
        d1 = f64x2.add(d1, f64x2.mul(y, t));
        t = v128.load(b, 1024);
        c2 = f64x2.add(c2, f64x2.mul(x, t));
        d2 = f64x2.add(d2, f64x2.mul(y, t));
        t = v128.load(b, 1536);
        c3 = f64x2.add(c3, f64x2.mul(x, t));
        d3 = f64x2.add(d3, f64x2.mul(y, t));
        a += 16;
        b += 16;
      } while (a < end);
      v128.store(second, c0);
      v128.store(second, c1, 16);
      v128.store(second, c2, 32);
      v128.store(second, c3, 48);
      v128.store(second, d0, 64);
      v128.store(second, d1, 80);
      v128.store(second, d2, 96);
      v128.store(second, d3, 112);
      second += 128;
    }
  }
}

/** mass += Σr; first += Σ r z; second += Σ r z² per dimension. */
function addDiagonal(x: usize, mean: usize, r: usize, dp: i32, mass: usize, first: usize, second: usize): void {
  addMass(r, mass);
  for (let k = 0; k < dp; k++, x += 512) {
    const m = v128.load64_splat(mean + (<usize>k << 3)), at = <usize>k << 4;
    let s0 = f64x2.splat(0), s1 = s0, t0 = s0, t1 = s0;
    for (let j: usize = 0; j < 512; j += 32) {
      let z = f64x2.sub(v128.load(x + j), m), w = f64x2.mul(z, v128.load(r + j));
      s0 = f64x2.add(s0, w);
      t0 = f64x2.add(t0, f64x2.mul(w, z));
      z = f64x2.sub(v128.load(x + j, 16), m);
      w = f64x2.mul(z, v128.load(r + j, 16));
      s1 = f64x2.add(s1, w);
      t1 = f64x2.add(t1, f64x2.mul(w, z));
    }
    v128.store(first + at, f64x2.add(v128.load(first + at), f64x2.add(s0, s1)));
    v128.store(second + at, f64x2.add(v128.load(second + at), f64x2.add(t0, t1)));
  }
}

/** How the components may be shaped: along the axes, any, one for all, balls. */
const DIAGONAL: i32 = 0;
const FULL: i32 = 1;
const TIED: i32 = 2;
const BALL: i32 = 3;

/**
 * Chunks from … to−1: responsibilities under the mixture, and the sums of the next one.
 *
 * @param chunks - in, dp × 64 f64 each; lanes past n hold a point
 * @param dp - d rounded up to even
 * @param means - in, k×dp
 * @param type - one of the four above
 * @param shape - in. Along the axes k×dp, balls k: one over the variances. Full k·dp×dp: the inverse Cholesky factors U,
 *   lower triangular. Tied: one such U, then dp ones, then k×dp: U·mean
 * @param constants - in, k: ln weight + ln of the density's constant
 * @param responsibilities - out (in when `expect` is 0), k × 64 f64 per chunk
 * @param mass, first, second - in/out sums as pairs: k×2, k×dp×2, and the second moments: along the axes k×dp×2, balls
 *   k×2, full k×tiles×16, tied tiles×16; mass 0: none are made
 * @param rows - 0, or out: log-likelihood of each lane
 * @param work - (2·dp + k + 6)·512 bytes, the last 4·512 of the first dp + 4 zero
 * @param expect - 0: only add up given responsibilities
 * @returns the sum of the log-likelihoods
 */
export function emChunks(
  chunks: usize, n: i32, from: i32, to: i32, dp: i32, k: i32, means: usize, type: i32, shape: usize, constants: usize,
  responsibilities: usize, mass: usize, first: usize, second: usize, tiles: i32, rows: usize, work: usize, expect: i32,
): f64 {
  const z = work, weighted = work + (<usize>(dp + 4) << 9), squares = weighted + (<usize>dp << 9);
  const pair = squares + (<usize>k << 9);
  const meanBytes = <usize>dp << 3, ones = shape + meanBytes * dp, turned = ones + meanBytes;
  let total = 0.0;
  for (let h = from; h < to; h++) {
    const x = chunks + (<usize>(h * dp) << 9), r = responsibilities + (<usize>(h * k) << 9);
    if (expect) {
      if (type == TIED) transformChunk(x, shape, dp, z);
      for (let c = 0; c < k; c++) {
        const mean = means + <usize>c * meanBytes, out = r + (<usize>c << 9), constant = getF64(constants, c);
        if (type == FULL) {
          centreChunk(x, mean, dp, z);
          logDensityFull(z, shape + <usize>c * meanBytes * dp, dp, constant, out);
        } else if (type == DIAGONAL) logDensityDiagonal(x, mean, shape + <usize>c * meanBytes, dp, constant, out);
        else if (type == TIED) logDensityDiagonal(z, turned + <usize>c * meanBytes, ones, dp, constant, out);
        else {
          squaresChunk(x, mean, dp, squares + (<usize>c << 9));
          logDensityBall(squares + (<usize>c << 9), getF64(shape, c), constant, out);
        }
      }
      total += share(r, k, min(64, n - (h << 6)), rows ? rows + (<usize>h << 9) : 0, pair);
    }
    if (!mass) continue;
    for (let c = 0; c < k; c++) {
      const part = r + (<usize>c << 9);
      if (largestOf64(part) < NOTHING) continue;
      const mean = means + <usize>c * meanBytes, m = mass + (<usize>c << 4), s1 = first + (<usize>(c * dp) << 4);
      if (type == DIAGONAL) addDiagonal(x, mean, part, dp, m, s1, second + (<usize>(c * dp) << 4));
      else if (type == BALL) {
        if (!expect) squaresChunk(x, mean, dp, squares + (<usize>c << 9));
        addBall(x, mean, part, squares + (<usize>c << 9), dp, m, s1, second + (<usize>c << 4));
      } else {
        centreChunk(x, mean, dp, z);
        addFull(z, weighted, part, dp, m, s1, type == FULL ? second + (<usize>(c * tiles) << 7) : second);
      }
    }
  }
  return total;
}
