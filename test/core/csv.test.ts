/** CSV is written and read by one set of rules. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CsvFault, csvField, csvFields, csvLine, csvRecords, csvText, sniffDelimiter } from "../../src/core/csv.js";

describe("a field", () => {
  test.each([
    ["a word", "north", "north"],
    ["nothing", null, ""],
    ["a missing number", Number.NaN, ""],
    ["a number with all its digits", 0.1 + 0.2, "0.30000000000000004"],
    ["a truth value", false, "false"],
    ["a comma", "a,b", '"a,b"'],
    ["a quote", 'say "a"', '"say ""a"""'],
    ["a line end", "a\nb", '"a\nb"'],
    ["a blank at its end", "a ", '"a "'],
    ["a semicolon", "a;b", "a;b"],
  ])("%s", (_, cell, text) => {
    expect(csvField(cell)).toBe(text);
  });

  test("is quoted for the delimiter in use", () => {
    expect(csvLine(["a;b", "1,5"], ";")).toBe('"a;b";1,5\n');
  });
});

describe("records", () => {
  test("begin on a line, pass over empty ones and a byte order mark, and end outside quotes", () => {
    const records = [...csvRecords('\ufeffa,b\r\n\n"x\ny",2\n5" pipe,3')];
    expect(records).toEqual([
      { text: "a,b", line: 1, open: false },
      { text: '"x\ny",2', line: 3, open: false },
      { text: '5" pipe,3', line: 5, open: false },
    ]);
  });

  test("a quote that is never closed is said", () => {
    expect([...csvRecords('a\n"b\nc')]).toEqual([
      { text: "a", line: 1, open: false },
      { text: '"b\nc', line: 2, open: true },
    ]);
  });

  test.each([
    ['"a', "opens a quote that is never closed"],
    ['"a"b,c', "has text after a closing quote"],
  ])("%s is no record", (record, message) => {
    expect(() => csvFields(record)).toThrow(new CsvFault(message));
  });

  test("the delimiter is the one the header holds most of, outside quotes", () => {
    expect(sniffDelimiter("a;b;c,d")).toBe(";");
    expect(sniffDelimiter('"a;b;c",d')).toBe(",");
    expect(sniffDelimiter("alone")).toBe(",");
  });

  test("what is written is read back", () => {
    const text = fc.string({ unit: fc.constantFrom("a", '"', ",", ";", "\n", "\r", " ", "é") });
    const row = fc.array(text, { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 6 }), (rows) => {
        const read = [...csvRecords(csvText(["h", "h"], rows))].slice(1).map((record) => csvFields(record.text));
        expect(read).toEqual(rows);
      }),
      { numRuns: 500 },
    );
  });
});
