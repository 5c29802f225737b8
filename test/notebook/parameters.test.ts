import { describe, expect, test } from "vitest";
import type { Json } from "../../src/core/hash.js";
import { parseNotebook } from "../../src/notebook/nbformat.js";
import { declaredNames, injectParameters, parseAssignments } from "../../src/notebook/parameters.js";
import { notebookJson } from "./make.js";

const source = [
  "const k = 2, tol = -1e-4;",
  'let rule = "borda"; // a comment: const hidden = 1',
  "const quick = false;",
  "const ks: readonly number[] = [2, 3];",
  "var grid = { k: [2] };",
  "function inner() { const notOurs = 1; }",
  "const { a } = { a: 1 };",
].join("\n");

const notebook = parseNotebook(
  notebookJson([{ words: "x" }, { code: source, tags: ["parameters"] }, { code: "k;" }]),
  "x",
);

function injected(given: Record<string, Json>): string[] {
  return injectParameters(notebook, given, "x.ipynb").cells[2]!.source.split("\n").slice(1);
}

test("finds what a cell declares at its top level", () => {
  expect(declaredNames(source).map(({ name, keyword, kind, type }) => [name, keyword, kind, type])).toEqual([
    ["k", "const", "number", undefined],
    ["tol", "const", "number", undefined],
    ["rule", "let", "string", undefined],
    ["quick", "const", "boolean", undefined],
    ["ks", "const", "other", "readonly number[]"],
    ["grid", "var", "other", undefined],
  ]);
});

describe("injecting", () => {
  test.each<[string, Record<string, Json>, string]>([
    ["a number from text", { k: "6" }, "const k: number = 6;"],
    ["a number as it is", { tol: 0.5 }, "const tol: number = 0.5;"],
    ["text that looks like a number, for a text", { rule: "01" }, 'let rule: string = "01";'],
    ["a truth value", { quick: "true" }, "const quick: boolean = true;"],
    ["JSON, with the annotation kept", { ks: "[4, 5]" }, "const ks: readonly number[] = [4,5];"],
    ["text that is no JSON, for something else", { grid: "auto" }, 'var grid = "auto";'],
    ["quotes", { rule: 'a"; process.exit(); "' }, 'let rule: string = "a\\"; process.exit(); \\"";'],
  ])("writes %s", (_name, given, line) => {
    expect(injected(given)).toEqual([line]);
  });

  test("takes out the cell of an earlier run", () => {
    const once = injectParameters(notebook, { k: 3 }, "x");
    expect(injectParameters(once, { k: 4 }, "x").cells).toHaveLength(4);
    expect(injectParameters(once, {}, "x")).toEqual(notebook);
  });

  test.each<[string, Record<string, Json>, object]>([
    ["an unknown name", { K2: 1 }, { code: "UNKNOWN_NAME", mend: expect.stringContaining('did you mean "k"?') }],
    ["text for a number", { k: "six" }, { code: "PARAM_RANGE", what: 'k must be a number, got "six"' }],
    ["nothing for a number", { k: "" }, { code: "PARAM_RANGE" }],
    ["a number for a truth value", { quick: 1 }, { code: "PARAM_RANGE", mend: "the notebook declares quick = false" }],
  ])("refuses %s", (_name, given, error) => {
    expect(() => injected(given)).toThrow(expect.objectContaining(error));
  });

  test("refuses a notebook without a parameters cell", () => {
    const plain = parseNotebook(notebookJson([{ code: "1;" }]), "x");
    expect(() => injectParameters(plain, { k: 1 }, "x.ipynb")).toThrow(
      expect.objectContaining({ code: "BAD_USAGE", where: "x.ipynb" }),
    );
    expect(injectParameters(plain, {}, "x.ipynb")).toEqual(plain);
  });
});

test("reads assignments of the command line", () => {
  expect(parseAssignments(["k=6", "rule=a=b", "empty="])).toEqual({ k: "6", rule: "a=b", empty: "" });
  expect(() => parseAssignments(["k"])).toThrow(expect.objectContaining({ code: "BAD_USAGE" }));
  expect(() => parseAssignments(["=6"])).toThrow(expect.objectContaining({ code: "BAD_USAGE" }));
});
