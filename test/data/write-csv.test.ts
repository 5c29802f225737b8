import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csvLine, csvText, openCsvWriter, readTable, tableHeader, tableRows } from "../../src/data/index.js";
import { refusal, temporaryFiles } from "./files.js";

const files = temporaryFiles();

test.each([
  ["plain cells", ["a", 1, true], "a,1,true\n"],
  ["missing cells", [null, undefined, Number.NaN, ""], ",,,\n"],
  ["a comma", ["a,b"], '"a,b"\n'],
  ["a quote", ['say "hi"'], '"say ""hi"""\n'],
  ["a line end", ["a\nb", "a\rb"], '"a\nb","a\rb"\n'],
  ["blanks at the ends", [" a", "a "], '" a","a "\n'],
  ["numbers to the last bit", [0.1 + 0.2, 1e21, 5e-324, -0], "0.30000000000000004,1e+21,5e-324,0\n"],
])("%s", (_, cells, line) => {
  expect(csvLine(cells)).toBe(line);
});

test("what is written is read back: any texts and numbers", async () => {
  const seed = 20261121;
  const text = fc.string({ unit: fc.constantFrom("a", "é", "7", ",", ";", '"', "\n", " ", "\t", "|", "'") });
  const row = fc.tuple(text, fc.double({ noDefaultInfinity: true, noNaN: true }));
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
      // A text without a letter in front may be a number, or a missing marker: that is the reader's rule, not the writer's.
      const cells = rows.map(([t, x]) => [`t${t}`, x]);
      const table = await readTable({ path: files.write("any.csv", csvText(["t", "x"], cells)) });
      expect(table.columns.map((column) => Array.from(column.values as ArrayLike<unknown>))).toEqual([
        cells.map(([t]) => t),
        cells.map(([, x]) => Number(x) + 0),
      ]);
    }),
    { seed, numRuns: 40 },
  );
});

describe("a file written batch by batch", () => {
  test("equals the text written at once", async () => {
    const rows = Array.from({ length: 5000 }, (_, i) => [`r${i}`, i / 7, i % 3 ? "x, y" : null]);
    const writer = openCsvWriter(files.path("streamed.csv"), ["id", "a", "b"]);
    for (let start = 0; start < rows.length; start += 999) await writer.write(rows.slice(start, start + 999));
    await writer.close();
    expect(readFileSync(files.path("streamed.csv"), "utf8")).toBe(csvText(["id", "a", "b"], rows));
  });

  test("has its header even without rows", async () => {
    await openCsvWriter(files.path("none.csv"), ["a", "b"]).close();
    expect(readFileSync(files.path("none.csv"), "utf8")).toBe("a,b\n");
  });

  test("leaves an older file as it was until the new one is whole, and for good when the work is given up", async () => {
    const path = files.write("older.csv", "old\n");
    chmodSync(path, 0o600);
    const left = () => readdirSync(files.folder).filter((name) => name.startsWith("older.csv."));
    const given = openCsvWriter(path, ["a"]);
    await given.write([[1]]);
    expect(readFileSync(path, "utf8")).toBe("old\n");
    await given.discard();
    expect([readFileSync(path, "utf8"), left()]).toEqual(["old\n", []]);

    symlinkSync(path, files.path("link.csv"));
    const whole = openCsvWriter(files.path("link.csv"), ["a"]);
    await whole.write([[1]]);
    expect(readFileSync(path, "utf8")).toBe("old\n");
    await whole.close();
    expect([readFileSync(path, "utf8"), left()]).toEqual(["a\n1\n", []]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("goes straight to a device, which stays one", async () => {
    const writer = openCsvWriter("/dev/null", ["a"]);
    await writer.write([[1]]);
    await writer.close();
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
    expect(readdirSync("/dev").filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("a table, its id first and new columns last, reads back the same", async () => {
    const table = await readTable({ path: files.write("t.csv", 'id,a,b\n01,1.5,"x, y"\n02,,\n'), id: "id" });
    const extra = [{ kind: "text", name: "segment", values: ["Low", "High"] }] as const;
    const text = csvText(tableHeader(table, extra), tableRows(table, extra));
    expect(text).toBe('id,a,b,segment\n01,1.5,"x, y",Low\n02,,,High\n');
  });

  test("a folder that is not there", async () => {
    const work = async () => {
      const writer = openCsvWriter(files.path("gone/t.csv"), ["a"]);
      await writer.write([[1]]);
      await writer.close();
    };
    expect(await refusal(work, files.folder)).toMatchInlineSnapshot(`
      "✘ cannot write "<folder>/gone/t.csv": ENOENT   [NOT_WRITABLE]
        ✎ check that the folder is there, may be written, and has room"
    `);
  });
});
