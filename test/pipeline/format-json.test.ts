import fc from "fast-check";
import { expect, test } from "vitest";
import { formatJson, withoutSpaces } from "../../src/pipeline/format-json.js";

test("one field a line, a row of numbers on its line", () => {
  expect(
    formatJson({
      a: [
        [1, 2],
        [3, 4],
      ],
      b: {},
      c: [],
      d: { e: "x\ny" },
    }),
  ).toBe(
    // biome-ignore format: input beside output
    '{\n  "a": [\n    [1, 2],\n    [3, 4]\n  ],\n  "b": {},\n  "c": [],\n  "d": {\n    "e": "x\\ny"\n  }\n}',
  );
});

test("any JSON comes back, and without its spaces is what JSON.stringify writes", () => {
  const seed = 20260110;
  fc.assert(
    fc.property(fc.json(), (text) => {
      const value = JSON.parse(text);
      expect(JSON.parse(formatJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      expect(withoutSpaces(formatJson(value))).toBe(JSON.stringify(value));
    }),
    { seed },
  );
});
