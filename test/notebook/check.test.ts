import { describe, expect, test } from "vitest";
import { agree, compareValues } from "../../src/notebook/check.js";
import type { Notebook, Output } from "../../src/notebook/nbformat.js";
import { collectOutputs, libraryMark } from "../../src/notebook/outputs.js";

function notebook(outputs: readonly Output[], tags: readonly string[] = []): Notebook {
  const cell = {
    cell_type: "code",
    id: "one",
    source: "values({ a });",
    metadata: { tags },
    execution_count: 1,
    outputs,
  } as const;
  return { cells: [cell], metadata: {} };
}

function published(values: Record<string, unknown>, tolerances: object = {}): Output {
  const data = { "text/plain": "", "application/vnd.segmenta.values+json": { values, tolerances } };
  return { output_type: "display_data", data, metadata: {} };
}

const printed = (text: string): Output => ({ output_type: "stream", name: "stdout", text });

describe("agreement", () => {
  const exact = { absolute: 0, relative: 0 };
  test.each([
    ["equal numbers", 1, 1, exact, true],
    ["the absolute bound", 0, 1e-3, { absolute: 1e-3, relative: 0 }, true],
    ["beyond the absolute bound", 0, 1.001e-3, { absolute: 1e-3, relative: 0 }, false],
    ["the relative bound, of the old value", 1000, 1009, { absolute: 0, relative: 0.01 }, true],
    ["texts", "kmeans k=2", "kmeans k=3", { absolute: 9, relative: 9 }, false],
    ["a number that became none", 1, "NaN", { absolute: 9, relative: 9 }, false],
    ["none and none", "NaN", "NaN", exact, true],
  ])("of %s", (_name, old, now, tolerance, expected) => {
    expect(agree(old, now, tolerance)).toBe(expected);
  });
});

describe("comparing", () => {
  test("names the cell, the key, what was and what is", () => {
    const result = compareValues(notebook([published({ a: 1, b: 2 })]), notebook([published({ a: 1, b: 2.1 })]));
    expect(result.compared).toBe(2);
    expect(result.mismatches).toMatchObject([{ cell: { number: 1, of: 1 }, key: "b", old: 2, now: 2.1 }]);
  });

  test("goes by the tolerance the cell gives for a value", () => {
    const loose = published({ a: 1.05, b: 1 }, { a: { absolute: 0.1 } });
    expect(compareValues(notebook([published({ a: 1, b: 1 })]), notebook([loose])).mismatches).toEqual([]);
  });

  test("misses what is gone and what is new", () => {
    const result = compareValues(notebook([published({ gone: 1 })]), notebook([published({ come: 2 })]));
    expect(result.mismatches.map(({ key, old, now }) => [key, old, now])).toEqual([
      ["gone", 1, undefined],
      ["come", undefined, 2],
    ]);
  });

  test("misses everything in a notebook committed without outputs", () => {
    expect(compareValues(notebook([]), notebook([published({ a: 1 })])).mismatches).toHaveLength(1);
  });

  test("compares printed numbers and the words around them in a cell tagged check, and in no other", () => {
    const [old, now] = [[printed("k = 2, loss 0.5\n")], [printed("k = 3, loss 0.5000000001\n")]];
    expect(compareValues(notebook(old), notebook(now))).toEqual({ compared: 0, mismatches: [] });
    const result = compareValues(notebook(old, ["check"]), notebook(now, ["check"]));
    expect(result.compared).toBe(3);
    expect(result.mismatches).toMatchObject([{ key: "stdout, number 1", old: 2, now: 3 }]);
    const other = compareValues(notebook(old, ["check"]), notebook([printed("n = 2, loss 0.5\n")], ["check"]));
    expect(other.mismatches).toMatchObject([{ key: "stdout, words", old: "k = #, loss #\n" }]);
  });
});

describe("outputs that are kept", () => {
  const message = (msg_type: string, content: Record<string, unknown>) => ({
    header: { msg_type, msg_id: "" },
    parent_header: {},
    content,
  });
  const keep = { keepLibrary: false, maxOutputBytes: 500 };

  test("leave out the plotting library unless it is asked for", () => {
    const collector = collectOutputs();
    collector.hear(
      message("display_data", { data: { "text/html": `<script>${"x".repeat(9999)}</script>` }, metadata: libraryMark }),
    );
    expect(collector.outputs(keep)).toEqual([]);
    expect(collector.outputs({ ...keep, keepLibrary: true })).toHaveLength(1);
  });

  test("are cut or left out when too large, and say so", () => {
    const collector = collectOutputs();
    collector.hear(message("stream", { name: "stdout", text: "0123456789\n".repeat(1000) }));
    collector.hear(message("display_data", { data: { "image/png": "x".repeat(2_000_000) }, metadata: {} }));
    expect(collector.outputs(keep)).toEqual([
      {
        output_type: "stream",
        name: "stdout",
        text: `${"0123456789\n".repeat(45)}[the start of 13 kB of output, more than the 1 kB a notebook keeps]\n`,
      },
      {
        output_type: "display_data",
        data: { "text/plain": "[left out: a display of 2.0 MB of output, more than the 1 kB a notebook keeps]" },
        metadata: {},
      },
    ]);
  });
});
