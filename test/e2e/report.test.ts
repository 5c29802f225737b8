/** The report in a real browser: opened as a file, on its own. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { start, workFolder } from "../sweep/processes.js";
import { hasBrowser, type Look, openBrowser } from "./browser.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Names that would run as scripts, were they ever taken for markup. */
const evil = `<img src=x onerror=alert(1)>`;
const experiment = `
name: small
description: "Is ${evil} a question?"
data: { path: iris.csv, id: id }
prepare:
  standard: [ impute: median, scale: standard ]
  minmax: [ scale: min-max ]
sweep:
  kmeans: { k: 2..4, nInit: 3 }
  agglomerative: { k: 2..3, linkage: ward }
score: { space: standard }
select: { rule: gated-stability, nulls: 39, permutations: 3, bootstraps: 20, splits: 3, strength: 0.5, jaccard: 0.5, alpha: 0.2 }
segments: { names: { by: "petal length (cm)", labels: ["${evil}", "</script><script>alert(2)</script>", other, more] } }
`;

let folder: string;
let url: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "segmenta-report-"));
  const column = readFileSync(new URL("../golden/data/iris.csv", import.meta.url), "utf8").split(",")[2]!;
  workFolder(experiment.replace("petal length (cm)", column), folder);
  // As many names as segments.
  const k = /by kmeans k=(\d)|k=(\d)/;
  const plain = await start(folder, ["run", "small", "segments={}"]).ended;
  const found = Number(k.exec(plain.out)?.slice(1).find(Boolean));
  expect(found, plain.out + plain.err).toBeGreaterThan(1);
  const names = [evil, "</script><script>alert(2)</script>", "other", "more"].slice(0, found);
  const asked = `segments={names: {by: "${column}", labels: ${JSON.stringify(names)}}}`;
  const made = await start(folder, ["report", "small", asked]).ended;
  expect(made.code, made.err).toBe(0);
  url = pathToFileURL(join(folder, "results/small/report.html")).href;
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function look(at: Look, see: (page: Page) => Promise<void>): Promise<void> {
  const opened = await openBrowser("file://", at);
  try {
    opened.page.on("dialog", (dialog) => {
      opened.faults.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await opened.page.goto(url);
    await see(opened.page);
    expect(opened.faults).toEqual([]);
  } finally {
    await opened.close();
  }
}

const drawn = async (page: Page) => {
  const figures = await page.locator(".plot").count();
  expect(figures).toBeGreaterThan(10);
  await expect.poll(() => page.locator(".plot .main-svg:first-child").count(), { timeout: 60_000 }).toBe(figures);
};

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as {
    violations: { id: string; impact: string; nodes: { html: string }[] }[];
  };
  return found.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)}`));
}

describe.runIf(hasBrowser)("the report in a browser", () => {
  test.each([
    [1280, false],
    [1280, true],
    [390, false],
  ])(
    "at %i pixels, dark %s: draws every figure, asks nobody, is not wider than the page, axe finds nothing serious",
    async (width, dark) => {
      await look({ width, dark }, async (page) => {
        await drawn(page);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
        expect(await violations(page)).toEqual([]);
      });
    },
    120_000,
  );

  test("names are words, never markup", async () => {
    await look({}, async (page) => {
      await drawn(page);
      expect(await page.locator("img[src=x]").count()).toBe(0);
      expect(await page.locator(".card h3").first().textContent()).toMatch(/onerror|script/);
      expect(await page.locator(".question").textContent()).toContain(evil);
    });
  });

  test("a click on a heading sorts the leaderboard, another one turns it round", async () => {
    await look({}, async (page) => {
      const ks = () =>
        page
          .locator("table.leaderboard tbody tr td:nth-child(3)")
          .evaluateAll((cells) => cells.map((cell) => Number((cell as HTMLElement).dataset["value"])));
      const before = await ks();
      const button = page.locator("table.leaderboard th:nth-child(3) button");
      await button.click();
      const up = await ks();
      expect(up).toEqual([...before].sort((a, b) => a - b));
      expect(new Set(up).size).toBeGreaterThan(1);
      await button.focus();
      await page.keyboard.press("Enter");
      expect(await ks()).toEqual([...up].sort((a, b) => b - a));
      expect(await page.locator("table.leaderboard th:nth-child(3)").getAttribute("aria-sort")).toBe("descending");
    });
  });

  test("without scripts every word and number stands", async () => {
    await look({ script: false }, async (page) => {
      expect(await page.locator(".card").count()).toBeGreaterThan(1);
      expect(await page.locator("figure details table").count()).toBe(await page.locator(".plot").count());
    });
  });

  test("prints to pages with pictures on them", async () => {
    await look({}, async (page) => {
      await drawn(page);
      const pdf = await page.pdf({ format: "A4" });
      writeFileSync(join(folder, "report.pdf"), pdf);
      const pages = pdf.toString("latin1").match(/\/Type\s*\/Page[^s]/g)?.length ?? 0;
      expect(pages).toBeGreaterThan(4);
      // Text alone would be a tenth of it.
      expect(pdf.length).toBeGreaterThan(100_000);
    });
  });
});
