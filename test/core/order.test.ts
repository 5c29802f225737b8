import fc from "fast-check";
import { expect, test } from "vitest";
import { orderByValue } from "../../src/core/order.js";

test("sorts rows by value, ties in the order given, −0 and 0 as one", () => {
  const value = fc.oneof(fc.constantFrom(0, -0, 1, Number.POSITIVE_INFINITY), fc.double({ noNaN: true }));
  fc.assert(
    fc.property(fc.array(value, { maxLength: 60 }), fc.infiniteStream(fc.nat()), (values, draw) => {
      const rows = Int32Array.from(values.keys()).filter(() => draw.next().value! % 3 > 0);
      const wanted = Array.from(rows.keys())
        .sort((a, b) =>
          values[rows[a]!]! < values[rows[b]!]! ? -1 : values[rows[a]!]! > values[rows[b]!]! ? 1 : a - b,
        )
        .map((at) => rows[at]!);
      expect(Array.from(orderByValue(values, rows))).toEqual(wanted);
    }),
  );
});
