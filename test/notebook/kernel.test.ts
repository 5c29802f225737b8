/** One case for each fault of tslab that the kernel mends; all on the real kernel. */
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jupyterPath, type Kernel, startKernel } from "../../src/notebook/kernel-client.js";
import type { Message } from "../../src/notebook/wire.js";

const here = fileURLToPath(new URL("./fixtures", import.meta.url));

async function run(kernel: Kernel, code: string, more: object = {}) {
  const heard: Message[] = [];
  const request = { code, silent: false, store_history: true, allow_stdin: false, stop_on_error: false, ...more };
  const reply = await kernel.request("execute_request", request, (message) => heard.push(message));
  const of = (type: string) => heard.filter((message) => message.header.msg_type === type).map((m) => m.content);
  const text = of("stream")
    .map((content) => content["text"])
    .join("");
  return {
    reply: reply.content,
    text,
    of,
    error: of("error")[0] as { ename: string; evalue: string; traceback: string[] },
  };
}

describe("the kernel", () => {
  let kernel: Kernel;
  beforeAll(async () => {
    // An empty folder, which git does not keep.
    await mkdir(here, { recursive: true });
    kernel = await startKernel({ cwd: here });
  });
  afterAll(() => kernel.stop());

  test("answers for its history and for comms, and writes nothing of it into a cell", async () => {
    const heard: Message[] = [];
    const hear = (message: Message) => heard.push(message);
    const history = await kernel.request("history_request", { hist_access_type: "tail", n: 10 }, hear);
    expect(history.header.msg_type).toBe("history_reply");
    expect(history.content).toEqual({ status: "ok", history: [] });
    const comms = await kernel.request("comm_info_request", {}, hear);
    expect(comms.header.msg_type).toBe("comm_info_reply");
    expect(comms.content).toEqual({ status: "ok", comms: {} });
    expect(heard.filter(({ header }) => header.msg_type === "stream")).toEqual([]);
  });

  test("delivers 20,000 lines written in one tick, in order and in few messages", async () => {
    const { text, of, reply } = await run(kernel, 'for (let i = 0; i < 20_000; i++) console.log("line " + i);');
    expect(reply["status"]).toBe("ok");
    expect(text).toBe(Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join(""));
    expect(of("stream").length).toBeLessThan(20);
  });

  test("goes on when files appear in a folder that was searched for packages", async () => {
    const folder = await mkdtemp(path.join(here, "watched-"));
    const watching = await startKernel({ cwd: folder });
    try {
      await run(watching, 'import { kmeans } from "ml-kmeans";');
      await mkdir(path.join(folder, "node_modules", "late"), { recursive: true });
      await writeFile(path.join(folder, "node_modules", "late", "index.d.ts"), "export {};");
      // Folders are watched through the file system's events: give them time to arrive.
      await run(watching, "await new Promise((resolve) => setTimeout(resolve, 2000));");
      const { reply, error } = await run(watching, "const after: number = 1;");
      expect(error?.evalue).toBeUndefined();
      expect(reply["status"]).toBe("ok");
    } finally {
      await watching.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("keeps stdout and stderr apart and in order", async () => {
    const { of } = await run(kernel, 'console.log("a"); console.error("b"); console.log("c");');
    expect(of("stream")).toEqual([
      { name: "stdout", text: "a\n" },
      { name: "stderr", text: "b\n" },
      { name: "stdout", text: "c\n" },
    ]);
  });

  test("imports a package that only has exports, with its types", async () => {
    const good = await run(
      kernel,
      'import { kmeans } from "ml-kmeans"; const centres: number = kmeans([[0], [9]], 2, {}).centroids.length; console.log(centres);',
    );
    expect(good.text).toBe("2\n");
    const bad = await run(kernel, 'import { kmeans as again } from "ml-kmeans"; again("no matrix", 2, {});');
    expect(bad.error.evalue).toContain("error TS2345: Argument of type 'string' is not assignable");
  });

  test("imports this package by its own name and subpath, with their types", async () => {
    const good = await run(
      kernel,
      'import * as segmenta from "segmenta"; import { show } from "segmenta/notebook"; console.log(typeof segmenta, typeof show);',
    );
    expect(good.error).toBeUndefined();
    expect(good.text).toBe("object function\n");
    const bad = await run(kernel, 'import { nothingOfThatName } from "segmenta/notebook";');
    expect(bad.error.evalue).toContain("has no exported member 'nothingOfThatName'");
  });

  test("checks types strictly, with findLast of ES2023", async () => {
    const { error } = await run(kernel, "const fine = 1;\nconst wrong: string = null;");
    expect(error.ename).toBe("TypeScriptError");
    expect(error.evalue).toBe("line 2:7 - error TS2322: Type 'null' is not assignable to type 'string'.");
    expect(error.traceback).toEqual([error.evalue, "    const wrong: string = null;", "          ^"]);
    // With the browser's library `name` would be a global text, and a forgotten declaration would pass.
    expect((await run(kernel, "console.log(name);")).error.evalue).toContain("TS2304: Cannot find name 'name'");
    const modern = await run(kernel, "console.log([3, 1, 2].findLast((x) => x < 3));");
    expect(modern.error).toBeUndefined();
    expect(modern.text).toBe("2\n");
  });

  test("counts executions and echoes the input", async () => {
    const first = await run(kernel, "1;");
    const second = await run(kernel, "const two = 2;");
    expect(second.reply["execution_count"]).toBe((first.reply["execution_count"] as number) + 1);
    expect(second.of("execute_input")).toEqual([
      { code: "const two = 2;", execution_count: second.reply["execution_count"] },
    ]);
  });

  test("answers the last expression as a result, not as printed text", async () => {
    const { of, text } = await run(kernel, 'console.log("first"); ({ k: 6 })');
    expect(text).toBe("first\n");
    expect(of("execute_result")).toMatchObject([{ data: { "text/plain": "{ k: 6 }" }, metadata: {} }]);
  });

  test("sends a thrown error as an error, without frames of the kernel", async () => {
    const { error, reply, text } = await run(
      kernel,
      'function inner(): never { throw new RangeError("too far"); }\ninner();',
    );
    expect(error).toMatchObject({ ename: "RangeError", evalue: "too far" });
    expect(error.traceback[0]).toBe("RangeError: too far");
    expect(error.traceback[1]).toBe("    at inner (cell)");
    expect(error.traceback.join("\n")).not.toMatch(/tslab|kernel\.cjs|node:/);
    expect(reply).toMatchObject({ status: "error", ename: "RangeError", evalue: "too far" });
    expect(text).toBe("");
  });

  test("sends a rejected promise and a thrown text as errors", async () => {
    expect((await run(kernel, 'await Promise.reject(new TypeError("late"));')).error).toMatchObject({
      ename: "TypeError",
      evalue: "late",
    });
    expect((await run(kernel, 'throw "only text";')).error).toMatchObject({ ename: "Thrown", evalue: "only text" });
  });

  test("shows an error of the user's to mend as the command line does", async () => {
    const { error } = await run(
      kernel,
      'throw Object.assign(new Error("eps"), { name: "UserError", code: "PARAM_RANGE", what: "eps is 0", where: "here", mend: "raise it" });',
    );
    expect(error).toEqual({
      ename: "UserError",
      evalue: "eps is 0",
      traceback: ["✘ eps is 0   [PARAM_RANGE]", "  → here", "  ✎ raise it"],
    });
  });

  test("shows several of them together", async () => {
    const { error } = await run(
      kernel,
      'import { UserError, UserErrors } from "segmenta";\n' +
        'throw new UserErrors(["a", "b"].map((what) => new UserError("NOT_NUMBER", { what, mend: "give a number" })));',
    );
    expect(error).toEqual({
      ename: "UserErrors",
      evalue: "a; b",
      traceback: ["✘ a   [NOT_NUMBER]", "  ✎ give a number", "✘ b   [NOT_NUMBER]", "  ✎ give a number"],
    });
  });

  test("drops the cells that wait behind an error if asked to stop, and only then", async () => {
    const queue = (stop: boolean) =>
      Promise.all(
        ['throw new Error("first");', 'console.log("ran");'].map((code) => run(kernel, code, { stop_on_error: stop })),
      );
    const [, dropped] = await queue(true);
    expect(dropped!.reply["status"]).toBe("aborted");
    expect(dropped!.text).toBe("");
    await new Promise((resolve) => setTimeout(resolve, 600));
    const [, kept] = await queue(false);
    expect(kept!.reply["status"]).toBe("ok");
    expect(kept!.text).toBe("ran\n");
  });

  test.each([
    ["a busy loop", "while (true) {}"],
    ["a pending await", "await new Promise(() => {});"],
  ])("can be interrupted in %s", async (_name, code) => {
    const running = run(kernel, code);
    await new Promise((resolve) => setTimeout(resolve, 700));
    kernel.interrupt();
    expect((await running).error).toMatchObject({ ename: "Interrupted" });
    expect((await run(kernel, 'console.log("alive");')).text).toBe("alive\n");
  });

  test("finds a name of an earlier cell in { shorthand }, and counts columns as typed", async () => {
    await run(kernel, "const early = 1;");
    const { text, error } = await run(kernel, "const late = 2;\nconsole.log({ early, late });");
    expect(error).toBeUndefined();
    expect(text).toBe("{ early: 1, late: 2 }\n");
    const wrong = await run(kernel, "const o = { early }; const s: string = 1;");
    expect(wrong.error.evalue).toBe("line 1:28 - error TS2322: Type 'number' is not assignable to type 'string'.");
    expect((await run(kernel, "const p = { nobody };")).error.evalue).toContain("line 1:13 - error TS2304");
    expect((await run(kernel, "let a = 0;\n({ a = 5 } = {});\nconsole.log(a);")).text).toBe("5\n");
  });

  test("lets a later cell declare a name again, also a const", async () => {
    await run(kernel, "const k = 1;");
    expect((await run(kernel, "const k: number = 2;\nconsole.log(k);")).text).toBe("2\n");
    expect((await run(kernel, "console.log(k + 1);")).text).toBe("3\n");
  });
});

test("a kernel with a timer left open ends when dismissed", async () => {
  const kernel = await startKernel({ cwd: here });
  await run(kernel, "setInterval(() => {}, 1000);");
  const start = Date.now();
  await kernel.stop();
  expect(() => process.kill(kernel.pid, 0)).toThrow("ESRCH");
  // By force it would have been 3 s.
  expect(Date.now() - start).toBeLessThan(2900);
});

test("a kernel without a build says what to run", async () => {
  const root = await mkdtemp(path.join(tmpdir(), "segmenta-unbuilt-"));
  const folder = path.join(root, "notebooks/jupyter/kernels/segmenta");
  await mkdir(folder, { recursive: true });
  for (const file of ["kernel.json", "kernel.cjs"]) {
    await copyFile(path.join(jupyterPath, "kernels/segmenta", file), path.join(folder, file));
  }
  await symlink(fileURLToPath(new URL("../../node_modules", import.meta.url)), path.join(root, "node_modules"));
  await writeFile(path.join(root, "package.json"), '{"name":"segmenta","type":"module"}');
  const kernel = await startKernel({ cwd: root, kernelFolder: folder });
  try {
    const { error } = await run(kernel, 'import { show } from "segmenta/notebook";');
    expect(error).toMatchObject({ ename: "NotBuilt", evalue: expect.stringContaining("run `npm start`") });
    expect((await run(kernel, "console.log(1);")).text).toBe("1\n");
  } finally {
    await kernel.stop();
    await rm(root, { recursive: true });
  }
});
