/**
 * Every `@example` of a docstring runs, and gives what its comment says: `expression; // value`. A number that ends
 * in … is compared as far as it goes. Whatever the library exports is at hand, and a few things to work on.
 */
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const src = fileURLToPath(new URL("../../src", import.meta.url));

interface Example {
  readonly file: string;
  readonly code: string;
}

const examples = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.includes("assembly"))
  .sort()
  .flatMap((file): Example[] =>
    [...readFileSync(join(src, file), "utf8").matchAll(/@example([\s\S]*?)(?=\n\s*\*\s*@|\*\/)/g)].map((match) => ({
      file,
      code: match[1]!.replace(/^\s*\* ?/gm, "").trim(),
    })),
  );

const home = process.cwd();
beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), "segmenta-examples-"));
  writeFileSync(join(folder, "customers.csv"), "CUST_ID,BALANCE\nc1,10\nc2,20\n");
  process.chdir(folder);
});
afterAll(() => process.chdir(home));

test("the docstrings have examples", () => {
  expect(examples.length).toBeGreaterThan(12);
});

test.each(examples)("$file: $code", async ({ file, code }) => {
  const library = (await import("../../src/index.js")) as Record<string, unknown>;
  const notebook = (await import("../../src/notebook/index.js")) as Record<string, unknown>;
  const own = (await import(/* @vite-ignore */ join(src, file))) as Record<string, unknown>;
  const matrix = library["matrix"] as (rows: number[][]) => unknown;
  const given = {
    x: matrix([[0], [1], [9], [10]]),
    labels: Int32Array.of(0, 0, 1, 1),
    row: { scores: { silhouette: 0.8885448916 } },
    silhouette: 0.8885,
  };
  let checked = 0;
  const check = (value: unknown, wanted: string) => {
    checked++;
    if (/^-?[\d.]+…$/.test(wanted)) expect(String(value).startsWith(wanted.slice(0, -1)), `${value}`).toBe(true);
    else expect(plain(value)).toEqual(JSON.parse(wanted));
  };
  const lines = code.split("\n");
  const run = lines.map((line) => {
    const [, expression, wanted] = /^(.*?);? \/\/ (.*)$/.exec(line) ?? [];
    return expression === undefined ? line : `check(${expression}, ${JSON.stringify(wanted)});`;
  });
  const scope = { ...library, ...notebook, ...own, ...given, check };
  const names = Object.keys(scope).filter((name) => name !== "default");
  const body = `return (async () => {\n${run.join("\n")}\n})();`;
  await new Function(...names, body)(...names.map((name) => scope[name as keyof typeof scope]));
  expect(checked, relative(src, file)).toBe(lines.filter((line) => line.includes(" // ")).length);
});

/** Typed arrays as arrays. */
const plain = (value: unknown) => (ArrayBuffer.isView(value) ? Array.from(value as unknown as number[]) : value);
