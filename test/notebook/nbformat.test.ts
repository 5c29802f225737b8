import { describe, expect, test } from "vitest";
import { formatUserError, UserError } from "../../src/core/errors.js";
import { formatNotebook, parseNotebook, readNotebook } from "../../src/notebook/nbformat.js";
import { notebookJson } from "./make.js";

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return formatUserError(error);
    throw error;
  }
  return "nothing was thrown";
}

describe("reading", () => {
  test.each([
    ["broken JSON", '{"cells": [', /^✘ not valid JSON: .*\[BAD_JSON\]\n {2}→ x\.ipynb\n {2}✎ restore the file/s],
    ["a merge conflict", '{\n<<<<<<< HEAD\n "a"', /it holds the marks of a merge conflict/],
    ["JSON that is no notebook", "[1]", /^✘ JSON, but not a notebook {3}\[BAD_USAGE\]/],
    ["an old format", '{"worksheets": []}', /^✘ a notebook of format 3 or older .*nbformat 4 brings/s],
    ["Python", notebookJson([], { language_info: { name: "python" } }), /^✘ a python notebook; only TypeScript/],
    ["an unknown cell", '{"cells": [{"cell_type": "heading"}]}', /^✘ cell 1 has no known cell_type \("heading"\)/],
  ])("says what is wrong with %s", (_name, text, message) => {
    expect(messageOf(() => parseNotebook(text, "x.ipynb"))).toMatch(message);
  });

  test("says that a file is not there", async () => {
    await expect(readNotebook("nowhere.ipynb")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("takes cells of format 4.4, which have no ids, and joins text kept as lines", () => {
    const text = JSON.stringify({
      cells: [
        {
          cell_type: "code",
          metadata: {},
          source: ["a;\n", "b;"],
          outputs: [{ output_type: "stream", name: "stdout", text: ["1\n", "2\n"] }],
          execution_count: 4,
        },
        { cell_type: "markdown", metadata: {}, source: "words" },
      ],
      metadata: {},
      nbformat: 4,
      nbformat_minor: 4,
    });
    expect(parseNotebook(text, "x").cells).toEqual([
      {
        cell_type: "code",
        id: "cell-1",
        metadata: {},
        source: "a;\nb;",
        execution_count: 4,
        outputs: [{ output_type: "stream", name: "stdout", text: "1\n2\n" }],
      },
      { cell_type: "markdown", id: "cell-2", metadata: {}, source: "words" },
    ]);
  });
});

describe("writing", () => {
  test("sorts keys, splits lines, drops times, and reads back as the same notebook", () => {
    const notebook = parseNotebook(
      JSON.stringify({
        cells: [
          {
            cell_type: "code",
            id: "one",
            metadata: { tags: ["check"], execution: { "iopub.status.busy": "2025-01-01T00:00:00Z" } },
            source: "a;\nb;",
            execution_count: 1,
            outputs: [
              {
                output_type: "display_data",
                data: {
                  "text/html": "<b>\n</b>",
                  "application/json": { z: 1, a: 2, list: [1, -2.5e-7, null], words: "[\n 1,\n 2\n]" },
                },
                metadata: {},
              },
            ],
          },
        ],
        metadata: {},
      }),
      "x",
    );
    const text = formatNotebook(notebook);
    expect(text).not.toContain("2025");
    expect(text).toContain('   "source": [\n    "a;\\n",\n    "b;"\n   ]');
    expect(text).toContain('"list": [1,-2.5e-7,null]');
    expect(text).toContain('"words": "[\\n 1,\\n 2\\n]"');
    expect(text.indexOf('"a": 2')).toBeLessThan(text.indexOf('"z": 1'));
    expect(text.endsWith("}\n")).toBe(true);
    expect(formatNotebook(parseNotebook(text, "x"))).toBe(text);
    expect(JSON.parse(text)).toMatchObject({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: { kernelspec: { name: "segmenta" } },
    });
  });
});
