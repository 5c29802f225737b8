/** Content keys: SHA-256 over one canonical form. */
import type { Labels } from "./labels.js";
import { newSha256 } from "./sha256.js";

/** A value that JSON can hold exactly. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * JSON with sorted keys and no spaces: equal values give equal text, whatever the order they were built in.
 * Keys whose value is undefined are left out.
 *
 * @throws Error for a number JSON cannot hold (NaN, infinities)
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new Error(`cannot write ${value} as JSON`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(",")}]`;
  if (ArrayBuffer.isView(value)) return canonicalJson(Array.from(value as unknown as ArrayLike<number>));
  if (typeof value === "object") {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(",")}}`;
  }
  throw new Error(`cannot write a ${typeof value} as JSON`);
}

/** SHA-256 in hexadecimal. */
export function sha256(content: string | Uint8Array): string {
  const hash = newSha256();
  hash.update(content);
  return hash.digest();
}

/** The content key of a JSON-like value. */
export function hashOf(value: unknown): string {
  return sha256(canonicalJson(value));
}

/** The hash of canonical labels: equal for labelings that group the rows alike. */
export function hashLabels(labels: Labels): string {
  return sha256(bytesOf(labels));
}

/** The hash of many numbers, over their float64 bits. */
export function hashNumbers(values: Float64Array): string {
  return sha256(bytesOf(values));
}

/** The bytes of a typed array, copied out of shared memory if they lie there. */
function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
}
