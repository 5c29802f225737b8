/** Laws that every figure keeps, and each of them as a file. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { inPalette } from "../../src/figures/palette.js";
import { type FigureSpec, tableCsv, themed } from "../../src/figures/spec.js";
import { examples } from "./examples.js";

const folder = fileURLToPath(new URL("../golden/figures", import.meta.url));
const all = examples();

/** Every string, number and key path in a spec. */
function walk(value: unknown, visit: (value: unknown, path: string) => void, path = ""): void {
  visit(value, path);
  if (Array.isArray(value)) for (const [i, item] of value.entries()) walk(item, visit, `${path}[${i}]`);
  else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) walk(item, visit, `${path}.${key}`);
  }
}

/** One line per array of numbers, so that a change shows as a short difference. */
function pretty(spec: FigureSpec): string {
  const text = JSON.stringify(spec, null, 1);
  return `${text.replace(/\[\s+([^[\]{}]*?)\s+\]/g, (_, inner: string) => `[${inner.replace(/\s*\n\s*/g, " ")}]`)}\n`;
}

describe.each(Object.entries(all))("figure %s", (name, spec) => {
  test("asks a question, gives a hint and says in words what is to be seen", () => {
    expect(spec.layout.title.text).toMatch(/^[A-Z].*\?$/);
    expect(spec.layout.title.text.length).toBeLessThanOrEqual(62);
    expect(spec.layout.title.subtitle.text.length).toBeGreaterThan(10);
    expect(spec.alt.length).toBeGreaterThan(60);
    expect(spec.alt).not.toMatch(/undefined|NaN|null/);
  });

  test("has a title with a unit on every axis of numbers", () => {
    const axes = Object.entries(spec.layout).filter(([key]) => /^[xy]axis\d*$/.test(key));
    expect(axes.length).toBeGreaterThanOrEqual(2);
    let titled = 0;
    for (const [key, value] of axes) {
      const axis = value as { title: { text: string }; ticktext?: unknown; showline: boolean };
      // An axis that lists names needs no title; a row of like panels is titled once.
      const shared = name.startsWith("histograms") && key.startsWith("y");
      if (axis.title.text === "") expect(axis.ticktext !== undefined || shared, key).toBe(true);
      else {
        titled++;
        if (axis.ticktext === undefined) expect(axis.title.text, key).toMatch(/\(.+\)/);
      }
    }
    expect(titled).toBeGreaterThanOrEqual(1);
  });

  test.each(["light", "dark"] as const)("uses only colours of the palette on a %s page", (theme) => {
    const strange: string[] = [];
    walk({ data: themed(spec, theme).data, layout: themed(spec, theme).layout }, (value, path) => {
      if (typeof value !== "string") return;
      if (/^#/.test(value) && !inPalette(value)) strange.push(`${path} ${value}`);
      if (/^(rgb|hsl)/.test(value)) strange.push(`${path} ${value}`);
      if (/(color|colour)$/i.test(path) && !value.startsWith("#")) strange.push(`${path} ${value}`);
    });
    expect(strange).toEqual([]);
  });

  test("is plain JSON: no NaN, no infinity, nothing lost on the way through text", () => {
    walk(spec, (value, path) => {
      if (typeof value === "number") expect(Number.isFinite(value), path).toBe(true);
      expect(value, path).not.toBe(undefined);
    });
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
  });

  test("carries its numbers as a small table", () => {
    const { columns, rows } = spec.table;
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.length).toBeLessThanOrEqual(60);
    for (const row of rows) expect(row.length).toBe(columns.length);
    expect(tableCsv(spec.table).split("\n").length).toBe(rows.length + 2);
  });

  test("equals its golden file", () => {
    const path = join(folder, `${name}.json`);
    const changed = `${path}-changed`;
    const text = pretty(spec);
    const golden = existsSync(path) ? readFileSync(path, "utf8") : undefined;
    if (golden === text) {
      rmSync(changed, { force: true });
      return;
    }
    // Left for the eye; move it over the golden file when the change is wanted.
    mkdirSync(folder, { recursive: true });
    writeFileSync(changed, text);
    expect(text, `${name} differs from its golden file; see ${name}.json-changed`).toBe(golden);
  });
});

test("the dark page changes paper and ink, and leaves segments and the original alone", () => {
  const light = all["snake-plot"]!;
  const before = JSON.stringify(light);
  const dark = themed(light, "dark");
  expect(JSON.stringify(light)).toBe(before);
  expect(dark.layout["paper_bgcolor"]).not.toBe(light.layout["paper_bgcolor"]);
  expect(dark.data[0]!["line"]).toEqual(light.data[0]!["line"]);
});
