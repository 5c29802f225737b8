/**
 * Random streams that depend on nothing but (seed, purpose, counter).
 *
 * A stream is named for its purpose, as in `kmeans/init`, never for the data, k or a version. So all k of a
 * sweep see the same draws, and a new version of an algorithm reshuffles nothing.
 */
import { log } from "./math.js";

export interface Rng {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Uniform whole number in [0, n). */
  int(n: number): number;
  /** Standard normal, by Marsaglia's polar method. */
  normal(): number;
  /** Shuffle in place (Fisher–Yates). */
  shuffle<T extends { length: number; [index: number]: number }>(values: T): T;
  /** 0 … n−1 in random order. */
  permutation(n: number): Int32Array;
}

/**
 * The random stream of a seed, a purpose and a counter: xoshiro128** (Blackman & Vigna 2021), its state
 * filled by hashing the three.
 *
 * @param seed - any whole number
 * @param purpose - what the draws are for, such as `kmeans/init`
 * @param counter - which of many like streams, such as the restart
 */
export function stream(seed: number, purpose: string, counter = 0): Rng {
  let [a, b, c, d] = hash128(`${seed}/${purpose}/${counter}`);
  if ((a | b | c | d) === 0) a = 1;

  const next = (): number => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };

  let spare: number | undefined;
  const rng: Rng = {
    uniform: () => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992,
    int: (n) => Math.floor(rng.uniform() * n),
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      for (;;) {
        const u = 2 * rng.uniform() - 1;
        const v = 2 * rng.uniform() - 1;
        const s = u * u + v * v;
        if (s === 0 || s >= 1) continue;
        const factor = Math.sqrt((-2 * log(s)) / s);
        spare = v * factor;
        return u * factor;
      }
    },
    shuffle(values) {
      for (let i = values.length - 1; i > 0; i--) {
        const j = rng.int(i + 1);
        const value = values[i]!;
        values[i] = values[j]!;
        values[j] = value;
      }
      return values;
    },
    permutation: (n) => rng.shuffle(Int32Array.from({ length: n }, (_, i) => i)),
  };
  return rng;
}

/** Four well-mixed 32-bit words from a text (MurmurHash3's mixing steps, one lane per word). */
function hash128(text: string): [number, number, number, number] {
  const words: [number, number, number, number] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x6a09e667];
  for (let lane = 0; lane < 4; lane++) {
    let h = words[lane]!;
    for (let i = 0; i < text.length; i++) {
      let k = Math.imul(text.charCodeAt(i), 0xcc9e2d51);
      k = (k << 15) | (k >>> 17);
      h ^= Math.imul(k, 0x1b873593);
      h = (h << 13) | (h >>> 19);
      h = (Math.imul(h, 5) + 0xe6546b64) | 0;
    }
    h ^= text.length;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    words[lane] = (h ^ (h >>> 16)) | 0;
  }
  return words;
}
