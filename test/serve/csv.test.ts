/** The CSV reader of the service against its own rules, and against what `segmenta predict` reads from a file. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readTable } from "../../src/data/index.js";
import { createApp } from "../../src/serve/app.js";
import { readRecords } from "../../src/serve/csv/read.js";
import { textField } from "../../src/serve/csv/write.js";
import { csvBody, customers } from "./models.js";

/** A body that arrives in pieces of that many bytes. */
function pieces(text: string, size: number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
}

async function read(text: string, size = 1 << 16): Promise<string[][]> {
  const out: string[][] = [];
  for await (const { fields } of readRecords(pieces(text, size), { csvBytes: 1e7, recordChars: 1e6 }))
    out.push([...fields]);
  return out;
}

test.each([
  [
    "plain",
    "a,b\n1,2\n",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  [
    "no line end at the end",
    "a,b\n1,2",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  [
    "CRLF and empty lines",
    "a,b\r\n\r\n1,2\r\n\r\n",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  [
    "a byte order mark",
    "\uFEFFa,b\n1,2\n",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  [
    "semicolons",
    "a;b\n1,5;2\n",
    [
      ["a", "b"],
      ["1,5", "2"],
    ],
  ],
  [
    "tabs",
    "a\tb\n1\t\n",
    [
      ["a", "b"],
      ["1", ""],
    ],
  ],
  [
    "quoted names with other delimiters in them",
    '"a;b;c","d"\n1,2\n',
    [
      ["a;b;c", "d"],
      ["1", "2"],
    ],
  ],
  [
    "quotes, delimiters and line ends in a field",
    'a,b\n"x ""y"", z\nw",2\n',
    [
      ["a", "b"],
      ['x "y", z\nw', "2"],
    ],
  ],
  [
    "empty quoted fields",
    'a,b\n"",""\n',
    [
      ["a", "b"],
      ["", ""],
    ],
  ],
  [
    "a quote inside a field that is not quoted",
    'a,b\n5" pipe,5" pipe\n',
    [
      ["a", "b"],
      ['5" pipe', '5" pipe'],
    ],
  ],
  [
    "umlauts cut in two by the pieces",
    "ä,ö\nü✓,ß\n",
    [
      ["ä", "ö"],
      ["ü✓", "ß"],
    ],
  ],
] as [string, string, string[][]][])("%s, in pieces of any size", async (_, text, wanted) => {
  for (const size of [1, 2, 3, 7, 65_536]) expect(await read(text, size)).toEqual(wanted);
});

test("what is written is read back, in any pieces", async () => {
  const field = fc.string({ unit: fc.constantFrom("a", "=", "-", '"', ",", "\n", " ", "é", "✓", "\t", "1") });
  const rows = fc.array(fc.array(field, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 1, max: 9 }), async (cells, size) => {
      const text = `a,b,c\n${cells.map((row) => row.map((cell) => (cell === "" ? '""' : textField(cell, true))).join(",")).join("\n")}\n`;
      expect((await read(text, size)).slice(1)).toEqual(cells);
    }),
    { numRuns: 300 },
  );
});

test("a formula never comes out bare, and what is none is not touched", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const shown = textField(text, false).replace(/^"/, "");
      if (/^[=+\-@\t\r]/.test(shown)) expect(shown).toMatch(/^[+-]?\d+(\.\d+)?$/);
      if (!/^[=+\-@\t\r]/.test(text)) expect(textField(text, false)).toBe(textField(text, true));
    }),
  );
});

test("a body is judged as the file with the same content is", async () => {
  const text = [
    "VISITS;SPEND;CUST_ID;CHANNEL;RATE",
    "3;;A;web;0.2",
    " 4 ;NA;B;?;0.5",
    "5;1e2;C;;.7",
    "7;-0;D;fax;+0.25",
    "9;?;\"E;1\";\"web\";null",
    "",
    "1;1.50;F;shop;0.1",
  ].join("\r\n"); // biome-ignore format: a line a line
  const { model, compiled } = customers();
  const path = join(mkdtempSync(join(tmpdir(), "segmenta-csv-")), "t.csv");
  const kinds = Object.fromEntries(model.input.features.map(({ name, kind }) => [name, kind]));
  const answer = await (
    await createApp(customers()).request("/predict", csvBody(text.replace("null", "0.3"), "application/json"))
  ).json();
  writeFileSync(path, text.replace("null", "0.3").replace("\r\n\r\n", "\r\n"));
  const { labels, margins } = compiled.predictTable(await readTable({ path, id: "CUST_ID", readings: kinds }));
  expect(answer.rows.map((row: { segment: number; margin: number }) => [row.segment, row.margin])).toEqual(
    Array.from(labels, (label, i) => [label, margins[i]]),
  );
  expect(answer.rows.map(({ id }: { id: string }) => id)).toEqual(["A", "B", "C", "D", "E;1", "F"]);
});

test("an id whose name is one of the answer's columns comes back as id", async () => {
  const loaded = customers();
  const model = { ...loaded.model, input: { ...loaded.model.input, id: "margin" } };
  const text = "margin,SPEND,RATE,CHANNEL,VISITS\nA,900,0.7,web,12\n";
  const answer = await createApp({ ...loaded, model }).request("/predict", csvBody(text));
  expect(await answer.text()).toMatch(/^id,segment,name,margin,out_of_range\nA,/);
});

test("Excel's first line is refused, as in a file", async () => {
  for (const text of ["\uFEFFsep=;\r\na;b\r\n1;2\r\n", "sep=,\na,b\n", '"sep=;"\na;b\n'])
    await expect(read(text)).rejects.toMatchObject({ what: expect.stringMatching(/^line 1 is a hint for Excel/) });
});
