import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { profileSegments } from "../../src/segments/profile.js";
import { realCards } from "../reference.js";
import { everyValue, readCards, tableOf } from "./tables.js";

const noNumberIsLost = (result: unknown) =>
  everyValue(result, (value, path) => {
    expect(value, path).not.toBe(undefined);
    if (typeof value === "number") expect(Number.isFinite(value), path).toBe(true);
  });

describe("a profile", () => {
  test("worked by hand: quartiles, Cliff's delta, shift, percentile", () => {
    const table = tableOf({ x: [0, 0, 1, 5, 2, 3, 9, 10] });
    const [low, high] = profileSegments(table, [0, 0, 0, 0, 1, 1, 1, 1]);
    const a = low!.features[0]!;
    const b = high!.features[0]!;
    // {2, 3, 9, 10} against {0, 0, 1, 5}: 2 and 3 win three pairs and lose one each, 9 and 10 win all four:
    // (2 + 2 + 4 + 4) / 16 = .75
    expect(b.effect).toBeCloseTo(0.75, 12);
    expect(a.effect).toBeCloseTo(-0.75, 12);
    expect([a.q25, a.median, a.q75, a.mean, a.zeroShare]).toEqual([0, 0.5, 2, 1.5, 0.5]);
    expect([b.q25, b.median, b.q75, b.mean]).toEqual([2.75, 6, 9.25, 6]);
    // Everyone sorted: 0 0 1 2 3 5 9 10, median 2.5; |x − 2.5| sorted: .5 .5 1.5 2.5 2.5 2.5 6.5 7.5, MAD 2.5
    expect(b.everyone.median).toBe(2.5);
    expect(b.shift).toBeCloseTo((6 - 2.5) / (1.4826 * 2.5), 12);
    // Six of eight lie below 6.
    expect(b.percentile).toBe(75);
    expect([low!.size, low!.share]).toEqual([4, 0.5]);
  });

  test("of a column that is mostly zero has an effect where the MAD gives none", () => {
    const table = tableOf({ cash: [0, 0, 0, 0, 0, 0, 5, 7] });
    const profiles = profileSegments(table, [0, 0, 0, 0, 1, 1, 1, 1]);
    const members = profiles[1]!.features[0]!;
    expect(members.shift).toBe(null);
    // 5 and 7 win all four pairs each, the zeros tie: 8 / 16
    expect(members.effect).toBe(0.5);
    expect(members.zeroShare).toBe(0.5);
  });

  test("counts missing values and leaves them out", () => {
    const profiles = profileSegments(tableOf({ x: [Number.NaN, 1, 2, 3] }), [0, 0, 1, 1]);
    expect(profiles[0]!.features[0]).toMatchObject({ missing: 1, median: 1, effect: -1 });
  });

  test("orders features by strength, ties in table order", () => {
    const table = tableOf({ same: [1, 1, 1, 1], weak: [1, 3, 2, 4], b: [0, 0, 1, 1], a: [5, 5, 4, 4] });
    expect(profileSegments(table, [0, 0, 1, 1])[0]!.strongest).toEqual(["b", "a", "weak", "same"]);
  });

  test("of a text column names the value most over-represented", () => {
    const table = tableOf({ plan: ["gold", "gold", "basic", "basic", null, "basic"] });
    const profiles = profileSegments(table, [0, 0, 0, 1, 1, 1]);
    expect(profiles[0]!.categories).toEqual([
      { feature: "plan", value: "gold", share: 2 / 3, everyone: 0.4, effect: 2 / 3 },
    ]);
    expect(profiles[1]!.categories).toEqual([
      { feature: "plan", value: "basic", share: 1, everyone: 0.6, effect: 1 - 1 / 3 },
    ]);
    expect(profiles[0]!.features).toEqual([]);
  });

  test("lists segments by label, noise last, and counts noise among everyone", () => {
    const profiles = profileSegments(tableOf({ x: [1, 2, 3, 100] }), [-1, 2, 0, -3]);
    expect(profiles.map(({ label, size }) => [label, size])).toEqual([
      [0, 1],
      [2, 1],
      [-1, 2],
    ]);
    expect(profiles[0]!.features[0]!.everyone.median).toBe(2.5);
  });

  test.each<[string, Record<string, (number | string | null)[]>, number[]]>([
    ["one cluster", { x: [1, 2, 3] }, [0, 0, 0]],
    ["singletons", { x: [1, 2, 3] }, [0, 1, 2]],
    ["all noise", { x: [1, 2, 3] }, [-1, -1, -1]],
    ["a constant column", { x: [4, 4, 4] }, [0, 1, 1]],
    ["an all-missing column", { x: [Number.NaN, Number.NaN], y: [1, 2] }, [0, 1]],
    ["an infinite value", { x: [Number.POSITIVE_INFINITY, 1, 2] }, [0, 0, 1]],
    ["a segment without values", { x: [Number.NaN, 1, 2] }, [0, 1, 1]],
    ["only text", { x: ["a", "b", null] }, [0, 1, 1]],
  ])("of %s has no NaN", (_, columns, labels) => {
    const profiles = profileSegments(tableOf(columns), labels);
    noNumberIsLost(profiles);
    expect(profiles.reduce((sum, profile) => sum + profile.size, 0)).toBe(labels.length);
  });

  test("refuses labels of other rows, and no rows", () => {
    expect(() => profileSegments(tableOf({ x: [1, 2] }), [0])).toThrow("1 labels for 2 rows");
    expect(() => profileSegments(tableOf({ x: [] }), [])).toThrow("no rows");
  });
});

describe("Cliff's delta", () => {
  const values = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 2, maxLength: 40 });

  test("equals the count over all pairs, for any values and labels", () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 4 }), fc.nat(), (x, k, salt) => {
        const labels = x.map((_, i) => ((i * 7 + salt) % (k + 1)) - 1);
        for (const profile of profileSegments(tableOf({ x }), labels)) {
          const inside = x.filter((_, i) => labels[i] === profile.label);
          const outside = x.filter((_, i) => labels[i] !== profile.label);
          const effect = profile.features[0]!.effect;
          if (outside.length === 0) expect(effect).toBe(null);
          else {
            let net = 0;
            for (const a of inside) for (const b of outside) net += Math.sign(a - b);
            expect(effect!).toBeCloseTo(net / (inside.length * outside.length), 10);
          }
        }
      }),
    );
  });

  test("does not change under a growing transformation, and turns its sign when the column is turned", () => {
    fc.assert(
      fc.property(values, (x) => {
        const labels = x.map((_, i) => i % 2);
        const effect = (own: number[]) => profileSegments(tableOf({ x: own }), labels)[0]!.features[0]!.effect!;
        expect(effect(x.map((value) => Math.exp(value)))).toBe(effect(x));
        expect(effect(x.map((value) => -value))).toBeCloseTo(-effect(x), 10);
      }),
    );
  });
});

if (realCards)
  test("the real cards: zero-inflated columns have effects, and nothing is NaN", () => {
    const table = readCards(realCards!);
    const purchases = table.columns.find((column) => column.name === "PURCHASES")!;
    const cash = table.columns.find((column) => column.name === "CASH_ADVANCE")!;
    const labels = Int32Array.from({ length: table.rows }, (_, i) =>
      (cash.values[i] as number) > 0 ? ((purchases.values[i] as number) > 0 ? 1 : 2) : 0,
    );
    const profiles = profileSegments(table, labels);
    noNumberIsLost(profiles);
    expect(profiles.map((profile) => profile.size)).toEqual([4628, 2279, 2043]);
    const borrowers = profiles[2]!;
    expect(borrowers.features.find((feature) => feature.feature === "CASH_ADVANCE")).toMatchObject({ shift: null });
    expect(borrowers.strongest[0]).toBe("PURCHASES_FREQUENCY");
    const cashUse = borrowers.features.find((feature) => feature.feature === "CASH_ADVANCE_TRX")!;
    expect(cashUse.effect).toBeGreaterThan(0.5);
    expect(borrowers.features.find((feature) => feature.feature === "MINIMUM_PAYMENTS")!.missing).toBeGreaterThan(0);
  });
