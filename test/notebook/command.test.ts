/** `segmenta notebook`, in process: what it says and how it exits. */
import { chmod, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commands } from "../../src/cli/commands/index.js";
import type { Io } from "../../src/cli/io.js";
import { jupyterPath } from "../../src/notebook/kernel-client.js";
import { findJupyter, jupyterEnvironment } from "../../src/notebook/lab.js";
import { type Folder, notebookFolder, notebookJson } from "./make.js";

let folder: Folder;
beforeAll(async () => {
  folder = await notebookFolder();
});
afterAll(() => folder.remove());

const notebook = commands.find(({ declaration }) => declaration.name === "notebook")!;

async function segmenta(args: Record<string, unknown>, env: Io["env"] = process.env) {
  let out = "";
  let err = "";
  const io: Io = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    errIsTerminal: false,
    columns: 80,
    env,
    cwd: folder.path,
    signal: new AbortController().signal,
  };
  const code = await notebook.run({ timeout: "60", ...args }, io);
  const here = `${path.relative(process.cwd(), folder.path)}/`;
  return { code, out: out.replaceAll(here, ""), err: err.replaceAll(here, "") };
}

describe("notebook run", () => {
  test("runs, then checks, then sees a changed number", async () => {
    const cells = (value: number) => [
      { code: `import { values } from "segmenta/notebook";\nvalues({ silhouette: ${value}, winner: "kmeans k=2" });` },
    ];
    const file = await folder.write("values.ipynb", cells(0.4933));
    expect(await segmenta({ action: "run", files: ["values.ipynb"] })).toEqual({
      code: 0,
      out: "✔ values.ipynb: 1 cells → values.ipynb\n",
      err: "",
    });
    const committed = await readFile(file, "utf8");
    await writeFile(file, committed.replace("silhouette: 0.4933", "silhouette: 0.4931"));
    const changed = await readFile(file, "utf8");
    expect(await segmenta({ action: "run", files: ["values.ipynb"], check: true })).toEqual({
      code: 3,
      out: "",
      err:
        "✘ values.ipynb: 1 of 2 values differ\n" +
        '  cell 1 (values({ silhouette: 0.4931, winner: "kmeans k=2" });) silhouette: ' +
        "committed 0.4933, now 0.4931 (off by 0.00020, allowed 1.5e-9)\n",
    });
    expect(await readFile(file, "utf8")).toBe(changed);
    await writeFile(file, committed);
    expect(await segmenta({ action: "run", files: ["values.ipynb"], check: true })).toEqual({
      code: 0,
      out: "✔ values.ipynb: 2 values as committed\n",
      err: "",
    });
  });

  test("tells of a type error in a cell, and of a notebook with nothing to compare, and goes on to the next", async () => {
    await folder.write("wrong.ipynb", [{ code: "const fine = 1;" }, { code: "// why\nconst wrong: string = fine;" }]);
    await folder.write("thrown.ipynb", [
      { code: 'function inner(): never { throw new RangeError("too far"); }\ninner();' },
    ]);
    await folder.write("plain.ipynb", [{ code: "const fine = 1;" }]);
    expect(
      await segmenta({ action: "run", files: ["wrong.ipynb", "thrown.ipynb", "plain.ipynb"], check: true }),
    ).toEqual({
      code: 2,
      out: "",
      err: [
        "✘ cell 2 of 2 failed: line 2:7 - error TS2322: Type 'number' is not assignable to type 'string'.   [CELL_FAILED]",
        "  → wrong.ipynb, cell 2: const wrong: string = fine;",
        "        const wrong: string = fine;",
        "              ^",
        "✘ cell 1 of 1 failed: RangeError: too far   [CELL_FAILED]",
        '  → thrown.ipynb, cell 1: function inner(): never { throw new RangeError("too far"); }',
        "        at inner (cell)",
        "        at cell",
        "        at cell",
        '✘ plain.ipynb: nothing to compare; publish numbers with values({…}) or tag a cell "check"',
        "",
      ].join("\n"),
    });
  });

  test("is incomplete when a cell takes too long", async () => {
    await folder.write("slow.ipynb", [{ code: "await new Promise(() => {});" }]);
    const { code, err } = await segmenta({ action: "run", files: ["slow.ipynb"], timeout: "1" });
    expect(code).toBe(4);
    expect(err).toContain("✘ cell 1 of 1 took longer than 1 s   [CELL_FAILED]");
    expect(err).toContain("✎ give it longer (--timeout 1800), or less to do");
  });

  test("says how a kernel died, and goes on to the next notebook", async () => {
    const file = await folder.write("dies.ipynb", [{ code: "process.exit(7);" }]);
    await folder.write("lives.ipynb", [{ code: "1 + 1" }]);
    const before = await readFile(file, "utf8");
    const { code, out, err } = await segmenta({ action: "run", files: ["dies.ipynb", "lives.ipynb"] });
    expect(err).toContain("✘ cell 1 of 1 ended the kernel: the kernel ended with exit code 7   [CELL_FAILED]");
    expect(err).toContain("✎ does it call process.exit?");
    expect(out).toContain("✔ lives.ipynb: 1 cells");
    expect(code).toBe(2);
    expect(await readFile(file, "utf8")).toBe(before);
  });

  test.each([
    ["broken JSON", '{"cells": [', {}, { code: "BAD_JSON", mend: expect.stringContaining("restore the file") }],
    [
      "another language",
      notebookJson([{ code: "print(1)" }], { kernelspec: { name: "python3", language: "python" } }),
      {},
      { code: "BAD_USAGE", message: expect.stringContaining("a python notebook; only TypeScript notebooks run here") },
    ],
    [
      "no cell of parameters, and -p",
      notebookJson([{ code: "const k = 2;" }]),
      { param: "k=3" },
      {
        message: expect.stringContaining(`no cell is tagged "parameters"`),
        mend: expect.stringContaining("tag the cell"),
      },
    ],
  ])("refuses a notebook with %s, and leaves it as it was", async (name, text, args, error) => {
    const file = path.join(folder.path, `${name.replaceAll(/\W/g, "-")}.ipynb`);
    await writeFile(file, text);
    await expect(segmenta({ action: "run", files: [path.basename(file)], ...args })).rejects.toMatchObject(error);
    expect(await readFile(file, "utf8")).toBe(text);
  });

  test.each([
    [
      "an unknown action",
      { action: "rum" },
      { code: "UNKNOWN_NAME", mend: expect.stringContaining('did you mean "run"?') },
    ],
    [
      "--check with other parameters",
      { action: "run", files: ["values.ipynb"], check: true, param: "k=1" },
      { code: "BAD_USAGE" },
    ],
    ["a time-out of nothing", { action: "run", timeout: "0" }, { code: "PARAM_RANGE" }],
    ["a notebook that is not there", { action: "run", files: ["nowhere.ipynb"] }, { code: "NOT_FOUND" }],
    [
      "nothing named, where there are no notebooks",
      { action: "run" },
      { code: "NOT_FOUND", mend: expect.stringContaining("segmenta notebook run path/to/first.ipynb") },
    ],
    [
      "two results in one file",
      { action: "run", files: ["values.ipynb", "plain.ipynb"], out: "one.ipynb" },
      { code: "BAD_USAGE" },
    ],
  ])("refuses %s", async (_name, args, error) => {
    await expect(segmenta(args)).rejects.toMatchObject(error);
  });
});

describe("notebook lab", () => {
  test("opens what is on PATH, with our kernel known and the user's own folders untouched", async () => {
    const fake = path.join(folder.path, "jupyter-lab");
    await writeFile(
      fake,
      `#!/bin/sh\nenv | grep -E '^(JUPYTER|IPYTHON)' | sort > "${folder.path}/seen"\necho "$@" >> "${folder.path}/seen"\nexit 0\n`,
    );
    await chmod(fake, 0o755);
    const env = { PATH: `${folder.path}${path.delimiter}${process.env["PATH"]}`, JUPYTER_PATH: "/opt/mine" };
    const given = { action: "lab", files: [folder.path], _: ["notebook", "--no-browser"] };
    expect((await segmenta(given, env)).code).toBe(0);
    const seen = (await readFile(path.join(folder.path, "seen"), "utf8")).trim().split("\n");
    expect(seen.at(-1)).toBe(`${folder.path} --no-browser`);
    expect(seen).toContain(`JUPYTER_PATH=${jupyterPath}${path.delimiter}/opt/mine`);
    for (const name of ["JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"]) {
      expect(seen.find((line) => line.startsWith(`${name}=`))).toContain(
        `${path.sep}.cache${path.sep}jupyter${path.sep}`,
      );
    }
  });

  test("says what to install where Jupyter is not", () => {
    expect(() => findJupyter({ PATH: "/nowhere" })).toThrow(
      expect.objectContaining({ code: "MISSING_OPTIONAL", mend: expect.stringContaining("pipx install jupyterlab") }),
    );
  });

  test("adds nothing to JUPYTER_PATH that was not there", () => {
    expect(jupyterEnvironment({}, "/cache")["JUPYTER_PATH"]).toBe(jupyterPath);
  });
});

test("the kernelspec is one that Jupyter accepts, and names no place of this machine", async () => {
  const text = await readFile(path.join(jupyterPath, "kernels/segmenta/kernel.json"), "utf8");
  const spec = JSON.parse(text) as { argv: string[]; display_name: string; language: string };
  expect(spec).toMatchObject({ language: "typescript", display_name: "TypeScript (Segmenta)" });
  expect(spec.argv).toEqual(["node", "{resource_dir}/kernel.cjs", "{connection_file}"]);
});
