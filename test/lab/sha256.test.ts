/** The page's SHA-256 is Node's. */
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { newSha256 } from "../../src/lab/platform/sha256.js";

const ours = (...parts: (string | Uint8Array)[]) => {
  const hash = newSha256();
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const theirs = (...parts: (string | Uint8Array)[]) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

test("the standard's own example", () => {
  expect(ours("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test("every length around the borders of a block, in one piece and in two", () => {
  for (let length = 0; length <= 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 255);
    expect(ours(bytes), `${length} bytes`).toBe(theirs(bytes));
    const cut = (length * 7) % (length + 1);
    expect(ours(bytes.subarray(0, cut), bytes.subarray(cut)), `${length} bytes, cut at ${cut}`).toBe(theirs(bytes));
  }
});

test("texts beyond ASCII, and a megabyte", () => {
  expect(ours("Müller €", "😀")).toBe(theirs("Müller €", "😀"));
  const million = new Uint8Array(1_000_003).fill(97);
  expect(ours(million)).toBe(theirs(million));
});
