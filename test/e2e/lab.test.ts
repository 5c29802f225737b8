/** The lab in a real browser, opened as a file and served, with the network cut off. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { hasBrowser, type Look, type Opened, openBrowser } from "./browser.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const root = fileURLToPath(new URL("../..", import.meta.url));
const page = pathToFileURL(`${root}/dist/lab-page/index.html`).href;

async function inLab(look: Look, see: (opened: Opened) => Promise<void>): Promise<void> {
  const opened = await openBrowser(page, look);
  try {
    await opened.context.setOffline(true);
    await opened.page.goto(page);
    await see(opened);
    expect(opened.faults).toEqual([]);
  } finally {
    await opened.close();
  }
}

async function downloaded(page: Page, name: string): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent("download"), page.click(`a[download="${name}"]`)]);
  return readFileSync(await file.path(), "utf8");
}

const choose = (page: Page, field: string, name: string, content: string) =>
  page.setInputFiles(field, { name, mimeType: "text/plain", buffer: Buffer.from(content) });

/** Two groups, far apart. */
const customers = `id,spend,visits\n${Array.from({ length: 60 }, (_, i) => `c${i},${(i % 2) * 90 + (i % 7)},${(i % 2) * 40 + (i % 5)}`).join("\n")}\n`;
const small = `
name: small
data: { path: customers.csv, id: id }
prepare: { standard: [ scale: standard ] }
sweep: { kmeans: { k: 2..3 } }
seeds: 1
score: { space: standard, metrics: [silhouette, davies-bouldin, calinski-harabasz] }
select: { rule: majority }
`;

describe.skipIf(!hasBrowser)("the lab", () => {
  test("makes the same files of the bundled customers as the command line, to the byte", async () => {
    await inLab({}, async ({ page }) => {
      await page.click("[data-bundled=credit-cards-classic]");
      await page.waitForSelector("#experiment:not([hidden])");
      await page.evaluate(() => {
        const seen: number[] = [];
        Object.assign(window, { longTasks: seen });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) seen.push(entry.duration);
        }).observe({ entryTypes: ["longtask"] });
      });
      await page.click("#run");
      await page.waitForFunction(() => document.getElementById("status")?.textContent?.startsWith("Describing"), null, {
        timeout: 300_000,
      });
      const longest = await page.evaluate(() =>
        Math.max(0, ...(window as unknown as { longTasks: number[] }).longTasks),
      );
      await page.waitForSelector("#result:not([hidden])", { timeout: 300_000 });
      for (const name of [
        "selection.json",
        "metrics.csv",
        "assignments.csv",
        "model.json",
        "curves.csv",
        "view.json",
      ]) {
        const committed = readFileSync(`${root}/results/credit-cards-classic/${name}`, "utf8");
        expect((await downloaded(page, name)) === committed, name).toBe(true);
      }
      const report = page.frameLocator("#report");
      await report.locator(".plot .main-svg").first().waitFor();
      expect(await report.locator("h2").first().textContent()).toBe("Why this answer?");
      expect(longest, "the page stays free while the sweep runs").toBeLessThan(200);
    });
  }, 600_000);

  test("a chosen file is read, proposed for, run, and its model scores another; bad input has the words of the command line", async () => {
    await inLab({}, async ({ page }) => {
      await choose(page, "#file", "customers.csv", "spend,spend\n1,2\n");
      expect(await page.textContent("#table-problems p")).toMatch(/two columns are called "spend"[\s\S]*NOT_READABLE/);
      await choose(page, "#file", "customers.csv", customers);
      await page.waitForSelector("#experiment:not([hidden])");
      expect(await page.textContent("#table-problems")).toBe("");
      expect(await page.inputValue("#yaml")).toMatch(/id: id # different in every row/);
      await page.fill("#yaml", small.replace("kmeans", "kmean"));
      await page.click("#run");
      expect(await page.textContent("#yaml-problems p")).toMatch(
        /unknown algorithm "kmean"[\s\S]*did you mean "kmeans"/,
      );
      await page.fill("#yaml", small);
      await page.click("#run");
      await page.waitForSelector("#result:not([hidden])", { timeout: 120_000 });
      expect(await page.textContent("#headline")).toBe("2 segments, by kmeans k=2");
      expect(await downloaded(page, "experiment.yaml")).toBe(small);
      await choose(page, "#score-file", "new.csv", "id,spend,visits\nx,1,1\ny,91,41\n");
      await page.waitForSelector("#scored a");
      expect(
        (await downloaded(page, "segments.csv")).split("\n").map((line) => line.split(",").slice(0, 2).join()),
      ).toEqual(["id,segment", "x,0", "y,1", ""]);
      await choose(page, "#score-file", "new.csv", "id,visits\nx,1\n");
      expect(await page.textContent("#score-problems p")).toMatch(/spend/);
    });
  });

  test.each([
    { width: 390, dark: false },
    { width: 390, dark: true },
    { width: 1280, dark: false },
    { width: 1280, dark: true },
  ])("can be used by everyone: $width px, dark $dark", async (look) => {
    await inLab(look, async ({ page }) => {
      await choose(page, "#file", "customers.csv", customers);
      await page.waitForSelector("#experiment:not([hidden])");
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(look.width);
      // Run outside the page's policy, as a browser extension would be.
      const found = await page.evaluate(`${axe}; axe.run(document, { iframes: false })`);
      const { violations } = found as { violations: { id: string; impact: string; nodes: { html: string }[] }[] };
      const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
      expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`)).toEqual([]);
    });
  });
});
