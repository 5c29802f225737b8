/** What a reader chose, in the address and back; CSV files with more columns; modules a browser can follow. */
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { View } from "../../src/pipeline/index.js";
import { moduleClosure } from "../../src/web/assets.js";
import { appendColumns, splitRecords } from "../../src/web/client/csv.js";
import { cutLabels, figureIds, makeFigure } from "../../src/web/figures.js";
import { overlapTable, profileTable, segmentCards } from "../../src/web/parts.js";
import { colourings, firstState, formatState, parseState, shownNumbers } from "../../src/web/state.js";
import { made, readModule } from "./made.js";

let view: View;
beforeAll(async () => {
  ({ view } = await made("small", "{ kmeans: { k: 4, nInit: 2 } }", 400));
});

const read = (query: string) => parseState(new URLSearchParams(query), view);

describe("the state in the address", () => {
  test("is empty for what a page shows at first", () => {
    expect(formatState(firstState(view), view)).toBe("");
    expect(read("")).toEqual(firstState(view));
    expect(firstState(view)).toMatchObject({ segments: [0, 1, 2, 3], linkage: "ward", k: 4, colour: "segments" });
  });

  test("comes back as it was written, whatever was chosen", () => {
    const labels = view.segments.map(({ label }) => label);
    fc.assert(
      fc.property(
        fc.record({
          segments: fc.subarray(labels, { minLength: 1 }),
          feature: fc.constantFrom(...view.histograms.map(({ feature }) => feature)),
          colour: fc.constantFrom(...colourings),
          show: fc.constantFrom(...shownNumbers),
          linkage: fc.constantFrom(...view.trees.map(({ linkage }) => linkage)),
          k: fc.integer({ min: 2, max: 10 }),
        }),
        (state) => {
          expect(read(formatState(state, view))).toEqual(state);
        },
      ),
      { numRuns: 200 },
    );
  });

  test.each([
    ["a segment that is not there", "segment=99"],
    ["a feature that is not there", "feature=nothing"],
    ["a linkage that is not there", "linkage=median"],
    ["a number of clusters beyond the cuts", "k=11"],
    ["no number at all", "k=x&segment=y&colour=&show=1"],
  ])("%s is as if nothing were said", (_, query) => {
    expect(read(query)).toEqual(firstState(view));
  });
});

describe("figures from a view", () => {
  test.each(figureIds)("%s is drawn on wide and narrow pages, with words and numbers", (id) => {
    for (const narrow of [false, true]) {
      const spec = makeFigure(id, view, firstState(view), narrow)!;
      expect(spec.data.length).toBeGreaterThan(0);
      expect(spec.alt.length).toBeGreaterThan(40);
      expect(spec.table.rows.length).toBeGreaterThan(0);
    }
  });

  test("maps leave out what is filtered, and may take the colours of a cut", () => {
    const shown = view.segments[1]!;
    const one = makeFigure("pca", view, read(`segment=${shown.label}`), false)!;
    expect(one.table.rows.map((row) => row.slice(0, 2))).toEqual([[shown.name, shown.size]]);
    const cut = makeFigure("tsne", view, read("colour=tree&k=3&linkage=complete"), false)!;
    expect(cut.table.rows).toHaveLength(3);
  });

  test("a cluster of a cut bears the number of the segment it overlaps most, each number once", () => {
    for (const k of [2, 4, 7]) {
      const labels = cutLabels(view, read(`k=${k}`))!;
      expect(new Set(labels).size).toBe(k);
      const stayed = labels.reduce((sum, label, row) => sum + Number(label === view.map.labels[row]), 0);
      // By chance alone a quarter would: Ward and k-means agree on more than that.
      expect(stayed / labels.length).toBeGreaterThan(0.3);
    }
  });

  test("the overlap counts every row of the map once", () => {
    const text = overlapTable(view, read("k=5")).source;
    const cells = [...text.matchAll(/<td[^>]*>([\d,]+)/g)].map(([, count]) => Number(count!.replaceAll(",", "")));
    expect(cells.reduce((sum, count) => sum + count, 0)).toBe(view.map.rows);
  });
});

describe("pieces of the page", () => {
  test("names and words from data are text, never markup", () => {
    const hostile = structuredClone(view);
    hostile.segments[0]!.name = "<img src=x onerror=alert(1)>";
    hostile.segments[0]!.reading = "<script>alert(1)</script>";
    hostile.segments[0]!.evidence = ['"><b>'];
    hostile.features[0]!.words = '"><script>';
    const state = firstState(hostile);
    for (const text of [segmentCards(hostile, state), profileTable(hostile, state), overlapTable(hostile, state)]) {
      expect(text.source).not.toMatch(/<script|<img|"><b>/);
    }
  });

  test("only the segments asked for have a card and a column", () => {
    const state = read("segment=0&segment=2");
    expect(segmentCards(view, state).source.match(/<article/g)).toHaveLength(2);
    expect(profileTable(view, state).source.match(/<th scope="col">/g)).toHaveLength(2 + 2);
  });

  test.each([
    ["effect", "Cliff"],
    ["median", "Medians of the members"],
    ["percentile", "middle"],
  ])("the profile says what its numbers are: %s", (show, word) => {
    expect(profileTable(view, read(`show=${show}`)).source).toContain(word);
  });
});

describe("a CSV file with more columns", () => {
  test.each([
    ["plain lines", "a,b\n1,2\n3,4\n", ["a,b", "1,2", "3,4"]],
    ["no end of line at the end", "a\n1", ["a", "1"]],
    ["CRLF and empty lines", "a\r\n1\r\n\r\n2\r\n", ["a", "1", "2"]],
    ["line ends and quotes inside quotes", 'a,b\n"x\ny","he said ""no"""\n', ["a,b", '"x\ny","he said ""no"""']],
    ["a byte order mark", "\ufeffa\n1\n", ["a", "1"]],
  ])("%s are taken apart as the service does", (_, text, records) => {
    expect(splitRecords(text)).toEqual(records);
  });

  test("keeps its cells and its delimiter", () => {
    const text = appendColumns(
      ["a;b", "1;2", '"x;y";3'],
      ["segment", "name"],
      [
        [0, "Small; cheap"],
        [-1, null],
      ],
    );
    expect(text).toBe('a;b;segment;name\n1;2;0;"Small; cheap"\n"x;y";3;-1;\n');
  });
});

describe("the script", () => {
  test("is made of few modules, none of which needs a package or Node", () => {
    const modules = moduleClosure("web/client/main.js", readModule);
    expect(modules.size).toBeLessThan(40);
    for (const text of modules.values()) expect(text).not.toMatch(/from "(?!\.)/);
    expect([...modules.keys()][0]).toBe("web/client/main.js");
    expect([...modules.keys()]).toContain("figures/map.js");
  });

  test("an import of a package is refused: no browser could follow it", () => {
    expect(() => moduleClosure("a.js", () => 'import { z } from "zod";\n')).toThrow(/imports zod/);
  });
});
