/** Notebooks run from clean on the real kernel, through the API. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareValues } from "../../src/notebook/check.js";
import { readNotebook } from "../../src/notebook/nbformat.js";
import { runNotebook } from "../../src/notebook/run.js";
import { type Folder, notebookFolder } from "./make.js";

let folder: Folder;
beforeAll(async () => {
  folder = await notebookFolder();
});
afterAll(() => folder.remove());

describe("a notebook that works", () => {
  test("gets its outputs in place, and a second run changes no byte of it", async () => {
    const file = await folder.write("works.ipynb", [
      { words: "# A question" },
      { code: "const k = 2;", tags: ["parameters"] },
      { code: "" },
      { code: "for (let i = 0; i < 3; i++) console.log(i);\nconsole.error('careful');\n({ k })" },
      { code: "throw new Error('as foretold');", tags: ["raises-exception"] },
      {
        code: 'import { progress } from "segmenta/notebook";\nconst bar = progress("sweep");\nfor (let i = 1; i <= 9; i++) bar.update(i, 9);\nbar.finish("9 done");',
      },
      {
        code: 'import { values } from "segmenta/notebook";\nvalues({ double: 2 * k, name: "six", none: Number.NaN }, { double: { absolute: 0.5 } });',
      },
    ]);
    const numbers: number[] = [];
    const run = await runNotebook(file, { onCell: (cell) => numbers.push(cell.number) });
    expect("failure" in run ? run.failure : null).toBeNull();
    expect(run.written).toBe(file);
    expect(numbers).toEqual([1, 2, 3, 4, 5]);
    const first = await readFile(file, "utf8");
    expect(first).not.toMatch(/\d{4}-\d\d-\d\dT|127\.0\.0\.1/);
    expect(first).not.toContain(folder.path);

    const { cells } = await readNotebook(file);
    expect(cells.map((cell) => cell.execution_count)).toEqual([undefined, 1, null, 2, 3, 4, 5]);
    expect(cells[3]!.outputs).toEqual([
      { output_type: "stream", name: "stdout", text: "0\n1\n2\n" },
      { output_type: "stream", name: "stderr", text: "careful\n" },
      { output_type: "execute_result", execution_count: 2, data: { "text/plain": "{ k: 2 }" }, metadata: {} },
    ]);
    expect(cells[4]!.outputs).toMatchObject([{ output_type: "error", ename: "Error", evalue: "as foretold" }]);
    expect(cells[5]!.outputs).toEqual([
      {
        output_type: "display_data",
        metadata: {},
        data: { "text/plain": "sweep: 9 done", "text/html": "<div>sweep: 9 done</div>" },
      },
    ]);
    expect(cells[6]!.outputs![0]).toMatchObject({
      data: {
        "application/vnd.segmenta.values+json": {
          values: { double: 4, name: "six", none: "NaN" },
          tolerances: { double: { absolute: 0.5 } },
        },
      },
    });

    const again = await runNotebook(file);
    expect(await readFile(file, "utf8")).toBe(first);
    expect(compareValues(again.committed, again.notebook)).toEqual({ compared: 3, mismatches: [] });
    expect((await readdir(folder.path)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("runs with other parameters, also for a const, and writes where it is told", async () => {
    const file = await folder.write("parameters.ipynb", [
      { code: "const k = 2, names: string[] = [];\nlet rule = 'borda';", tags: ["parameters"] },
      { code: "if (k === 7) console.log(k + 1, names, rule);" },
    ]);
    const before = await readFile(file, "utf8");
    const out = path.join(folder.path, "deep", "er");
    const run = await runNotebook(file, { parameters: { k: "7", names: ["a"], rule: "12" }, out });
    expect(run.status).toBe("done");
    expect(run.written).toBe(path.join(out, "parameters.ipynb"));
    const { cells } = await readNotebook(run.written!);
    expect(cells[1]).toMatchObject({
      id: "injected-parameters",
      metadata: { tags: ["injected-parameters"] },
      source:
        '// Parameters given for this run; they replace those above.\nconst k: number = 7;\nconst names: string[] = ["a"];\nlet rule: string = "12";',
    });
    expect(cells[2]!.outputs).toMatchObject([{ text: "8 [ 'a' ] 12\n" }]);
    expect(await readFile(file, "utf8")).toBe(before);
  });
});

describe("a notebook that fails", () => {
  test("names the cell, its first line and the diagnostic, and leaves the file as it was", async () => {
    const file = await folder.write("types.ipynb", [
      { words: "text" },
      { code: "const fine = 1;" },
      { code: "// a comment\nconst wrong: string = fine;" },
      { code: "console.log('never');" },
    ]);
    const before = await readFile(file, "utf8");
    const out = path.join(folder.path, "types-out.ipynb");
    const run = await runNotebook(file, { out });
    expect(run).toMatchObject({
      status: "failed",
      written: out,
      failure: {
        reason: "error",
        number: 2,
        of: 3,
        id: "id-3",
        firstLine: "const wrong: string = fine;",
        ename: "TypeScriptError",
        evalue: "line 2:7 - error TS2322: Type 'number' is not assignable to type 'string'.",
      },
    });
    expect(await readFile(file, "utf8")).toBe(before);
    const { cells } = await readNotebook(out);
    expect(cells[2]!.outputs).toMatchObject([{ output_type: "error", ename: "TypeScriptError" }]);
    expect(cells[3]).toMatchObject({ execution_count: null, outputs: [] });

    expect((await runNotebook(file, { out: file })).written).toBeNull();
    expect(await readFile(file, "utf8")).toBe(before);
  });

  test("is interrupted when a cell takes too long", async () => {
    const file = await folder.write("slow.ipynb", [{ code: "console.log('begun');\nawait new Promise(() => {});" }]);
    const run = await runNotebook(file, { timeoutSeconds: 1.5 });
    expect(run).toMatchObject({ status: "failed", failure: { reason: "timed-out", evalue: "took longer than 1.5 s" } });
    expect(run.notebook.cells[0]!.outputs).toMatchObject([{ text: "begun\n" }, { ename: "Interrupted" }]);
  });

  test("is killed when an interrupt does not help", async () => {
    const file = await folder.write("deaf.ipynb", [
      { code: "process.removeAllListeners('SIGINT'); process.on('SIGINT', () => {});\nawait new Promise(() => {});" },
    ]);
    const run = await runNotebook(file, { timeoutSeconds: 1.5 });
    expect(run).toMatchObject({ status: "failed", failure: { reason: "timed-out" } });
  });

  test("says how its kernel died, with its last words", async () => {
    const file = await folder.write("dies.ipynb", [
      { code: "import fs from 'node:fs';\nfs.writeSync(2, 'out of luck');\nprocess.exit(7);" },
    ]);
    const before = await readFile(file, "utf8");
    const run = await runNotebook(file);
    expect(await readFile(file, "utf8")).toBe(before);
    expect(run).toMatchObject({
      status: "failed",
      failure: { reason: "kernel-died", evalue: "the kernel ended with exit code 7", number: 1 },
    });
    expect(run.status === "failed" && run.failure.traceback.join("\n")).toContain("out of luck");
  });

  test("stops at once when asked to, and writes nothing", async () => {
    const file = await folder.write("stopped.ipynb", [{ code: "while (true) {}" }]);
    const before = await readFile(file, "utf8");
    const stopper = new AbortController();
    const run = await runNotebook(file, {
      signal: stopper.signal,
      onCell: () => setTimeout(() => stopper.abort(), 300),
      out: path.join(folder.path, "stopped-out.ipynb"),
    });
    expect(run).toMatchObject({ status: "interrupted", written: null });
    expect(await readFile(file, "utf8")).toBe(before);
    await expect(readFile(path.join(folder.path, "stopped-out.ipynb"))).rejects.toThrow("ENOENT");
  });
});
