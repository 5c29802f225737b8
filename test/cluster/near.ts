/** Comparisons that say by how much two numbers differ. */
import { expect } from "vitest";

/** |actual − expected| ≤ relative · |expected|. */
export function expectNear(actual: number, expected: number, relative: number): void {
  expect(
    Math.abs(actual - expected),
    `${actual} should be within ${relative} (relative) of ${expected}`,
  ).toBeLessThanOrEqual(relative * Math.abs(expected));
}

/** |actual − expected| ≤ limit. */
export function expectWithin(actual: number, expected: number, limit: number): void {
  expect(Math.abs(actual - expected), `${actual} should be within ${limit} of ${expected}`).toBeLessThanOrEqual(limit);
}
