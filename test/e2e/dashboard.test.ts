/** The dashboard in a real browser, from our own service. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hashOf } from "../../src/core/hash.js";
import { loadModel, serializeModel, type View } from "../../src/pipeline/index.js";
import { type RunningServer, startServer } from "../../src/serve/index.js";
import { dashboardPages, readExperiments } from "../../src/web/index.js";
import { made, readModule } from "../web/made.js";
import { hasBrowser, type Look, type Opened, openBrowser } from "./browser.js";

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

let from: Awaited<ReturnType<typeof made>>;
let server: RunningServer;

/** The same view with its maps repeated to so many rows. */
function widened(view: View, rows: number): View {
  const repeat = (list: readonly number[]) => Array.from({ length: rows }, (_, i) => list[i % list.length]!);
  const spread = (list: readonly number[]) => repeat(list).map((value, i) => value + ((i * 7919) % 1000) / 4000);
  const { map } = view;
  const { hash: _, ...rest } = {
    ...view,
    map: {
      ...map,
      rows,
      of: rows,
      labels: repeat(map.labels),
      pca: map.pca && { ...map.pca, x: spread(map.pca.x), y: spread(map.pca.y) },
      tsne: map.tsne && { ...map.tsne, x: spread(map.tsne.x), y: spread(map.tsne.y) },
    },
    trees: view.trees.map((tree) => ({ ...tree, branches: repeat(tree.branches) })),
  };
  return { ...rest, hash: hashOf(rest) };
}

const serve = async (view: View, folders: readonly string[] = []) =>
  startServer(loadModel(serializeModel(from.model)), {
    port: 0,
    pages: dashboardPages({ view, experiments: await readExperiments(folders), readModule }),
  });

beforeAll(async () => {
  from = await made("customers", "{ kmeans: { k: 5, nInit: 2 } }", 1200);
  const other = await made("by-tree", "{ agglomerative: { k: 3, linkage: ward } }", 1200);
  server = await serve(from.view, [from.folder, other.folder]);
});
afterAll(() => server?.stop());

/** Look at a page of the service; whatever the console says or the network does amiss fails the test. */
async function look(path: string, at: Look, see: (page: Page, opened: Opened) => Promise<void>, origin = server.url) {
  const opened = await openBrowser(origin, at);
  try {
    await opened.page.goto(origin + path);
    await see(opened.page, opened);
    expect(opened.faults).toEqual([]);
  } finally {
    await opened.close();
  }
}

/** Scroll through the page, so that every figure is drawn. */
async function drawAll(page: Page): Promise<void> {
  for (const id of ["snake", "pca", "tsne", "tree", "histogram"]) {
    await page.locator(`#figure-${id}`).scrollIntoViewIfNeeded();
    await page.waitForSelector(`#figure-${id} .main-svg .xy`, { state: "attached" });
  }
}

/** A fingerprint of what a figure draws. */
const drawn = (page: Page, id: string) =>
  page
    .locator(`#figure-${id} .main-svg`)
    .first()
    .evaluate((svg) => svg.innerHTML.replace(/[a-z]*[0-9a-f]{6}(?=[xy"-])/g, ""));

/** Do something and wait until a figure is another than before. */
async function changes(page: Page, id: string, act: () => Promise<unknown>): Promise<void> {
  const before = await drawn(page, id);
  await act();
  await expect.poll(() => drawn(page, id), { timeout: 30_000 }).not.toBe(before);
}

describe.runIf(hasBrowser)("the dashboard in a browser", () => {
  test("loads from here alone, without a word on the console, and draws every figure", async () => {
    await look("/dashboard", {}, async (page) => {
      await drawAll(page);
      expect(await page.locator("#cards article").count()).toBe(5);
      expect(await page.locator("#figure-pca .scatterlayer .trace").count()).toBeGreaterThanOrEqual(5);
      expect(await page.locator("#figure-histogram .barlayer .trace").count()).toBe(5);
      expect(await page.locator("#figure-tree .scatterlayer .trace").count()).toBe(6);
    });
  });

  test.each([
    [1280, false],
    [1280, true],
    [390, false],
    [390, true],
  ])(
    "at %i pixels, dark %s: nothing is wider than the page, nothing jumps, axe finds nothing serious",
    async (width, dark) => {
      await look("/dashboard", { width, dark, height: width < 500 ? 844 : 900 }, async (page) => {
        await page.evaluate(() => {
          const seen = { shift: 0 };
          Object.assign(window, { seen });
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) seen.shift += (entry as unknown as { value: number }).value;
          }).observe({ type: "layout-shift", buffered: true });
        });
        await drawAll(page);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
        expect(await page.evaluate(() => (window as unknown as { seen: { shift: number } }).seen.shift)).toBeLessThan(
          0.02,
        );
        await page.locator("summary").first().click();
        expect(await violations(page)).toEqual([]);
        for (const path of ["/dashboard/score", "/dashboard/compare"]) {
          await page.goto(server.url + path);
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
          expect(await violations(page)).toEqual([]);
        }
      });
    },
  );

  test("the slider, by keyboard, and the linkage cut and draw the tree anew", async () => {
    await look("/dashboard", {}, async (page) => {
      await page.locator("#figure-tree").scrollIntoViewIfNeeded();
      await page.waitForSelector("#figure-tree .main-svg .xy", { state: "attached" });
      await page.locator("#k").focus();
      await changes(page, "tree", () => page.keyboard.press("ArrowRight"));
      expect(await page.locator("#k-out").textContent()).toBe("6");
      expect(await page.locator("#figure-tree").getAttribute("aria-label")).toContain("cut into 6 segments");
      expect(await page.locator("#overlap tbody tr").count()).toBe(6);
      await changes(page, "tree", () => page.locator("#linkage").selectOption("average"));
      expect(new URL(page.url()).search).toBe("?linkage=average&k=6");
    });
  });

  test("the cut may colour the maps, and another feature the histogram", async () => {
    await look("/dashboard?k=3", {}, async (page) => {
      await drawAll(page);
      await changes(page, "pca", () => page.locator("input[name=colour][value=tree]").check({ force: true }));
      expect(await page.locator("#coloured").textContent()).toContain("ward tree cut into 3");
      await page.locator("#figure-histogram").scrollIntoViewIfNeeded();
      await changes(page, "histogram", () => page.locator("#feature").selectOption("TENURE"));
      await page.locator("input[name=show][value=median]").check({ force: true });
      expect(await page.locator("#profile caption").textContent()).toMatch(/^Medians/);
    });
  });

  test("filters stand in the address, outlive a reload, and are undone by one button", async () => {
    await look("/dashboard", {}, async (page) => {
      await page.locator("#figure-snake").scrollIntoViewIfNeeded();
      await page.waitForSelector("#figure-snake .main-svg .xy", { state: "attached" });
      // The filter stays at hand, however far one has read.
      await page.locator("input[name=segment][value='0']").uncheck({ force: true });
      await page.locator("input[name=segment][value='3']").uncheck({ force: true });
      expect(await page.evaluate(() => scrollY)).toBeGreaterThan(500);
      expect(new URL(page.url()).searchParams.getAll("segment")).toEqual(["1", "2", "4"]);
      expect(await page.locator("#cards article").count()).toBe(3);
      await expect.poll(() => page.locator("#figure-snake .scatterlayer .trace").count(), { timeout: 30_000 }).toBe(3);
      await page.reload();
      expect(await page.locator("input[name=segment]:checked").count()).toBe(3);
      expect(await page.locator("#cards article").count()).toBe(3);
      await page.locator("#figure-snake").scrollIntoViewIfNeeded();
      await page.waitForSelector("#figure-snake .main-svg .xy", { state: "attached" });
      await page.locator("#all").click();
      expect(new URL(page.url()).search).toBe("");
      expect(await page.locator("#cards article").count()).toBe(5);
    });
  });

  test("a file of customers comes back with their segments", async () => {
    const { columns, id } = from.table;
    const rows = 40;
    const lines = Array.from({ length: rows }, (_, row) =>
      [
        id!.values[row],
        ...columns.map(({ values }) => (Number.isNaN(values[row]) ? "" : values[row])),
        '"a, ""b"""',
      ].join(","),
    );
    const header = [id!.name, ...columns.map(({ name }) => name), "note"].join(",");
    const text = `${header}\r\n${lines.join("\r\n")}\r\n`;
    const asked = await fetch(`${server.url}/predict`, {
      method: "POST",
      headers: { "content-type": "text/csv", accept: "application/json" },
      body: text,
    });
    const { rows: answers } = (await asked.json()) as { rows: { segment: number; name: string }[] };
    await look("/dashboard/score", {}, async (page) => {
      await page.locator("#file").setInputFiles({ name: "mine.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
      await page.locator("#send").click();
      await page.waitForSelector("#results:not([hidden])");
      expect(await page.locator("#status").textContent()).toBe("40 customers scored.");
      const waiting = page.waitForEvent("download");
      await page.locator("#download").click();
      const download = await waiting;
      expect(download.suggestedFilename()).toBe("mine-segments.csv");
      const found = readFileSync((await download.path())!, "utf8")
        .trimEnd()
        .split("\n");
      expect(found[0]).toBe(`${header},segment,segment_name,margin,out_of_range`);
      found.slice(1).forEach((line, row) => {
        expect(line.startsWith(`${lines[row]},${answers[row]!.segment},${answers[row]!.name},`)).toBe(true);
      });
      expect(found).toHaveLength(rows + 1);
      expect(await violations(page)).toEqual([]);
    });
  });

  test("a file that cannot be scored is answered with what is wrong and how to mend it", async () => {
    const opened = await openBrowser(server.url);
    try {
      await opened.page.goto(`${server.url}/dashboard/score`);
      const buffer = Buffer.from("a,b\n1,2\n");
      await opened.page.locator("#file").setInputFiles({ name: "wrong.csv", mimeType: "text/csv", buffer });
      await opened.page.locator("#send").click();
      await opened.page.waitForSelector("#fault:not([hidden])");
      expect(await opened.page.locator("#fault").textContent()).toContain("BALANCE");
      expect(await opened.page.locator("#results").isHidden()).toBe(true);
      expect(await opened.page.locator("#send").isEnabled()).toBe(true);
    } finally {
      await opened.close();
    }
  });

  test("without scripts the segments, readings and profiles stand, and filters work by a button", async () => {
    await look("/dashboard", { script: false }, async (page) => {
      expect(await page.locator("#cards article").count()).toBe(5);
      expect(await page.locator("#profile tbody tr").count()).toBe(17);
      expect(await page.locator(".plot").first().isHidden()).toBe(true);
      await page.locator("input[name=segment][value='0']").uncheck({ force: true });
      await page.locator("button:has-text('Show')").filter({ visible: true }).first().click();
      expect(new URL(page.url()).searchParams.getAll("segment")).toEqual(["1", "2", "3", "4"]);
      expect(await page.locator("#cards article").count()).toBe(4);
    });
  });

  test("a hundred thousand places become a raster that still follows the filter", async () => {
    const wide = await serve(widened(from.view, 100_001));
    try {
      await look(
        "/dashboard",
        {},
        async (page) => {
          await page.locator("#figure-pca").scrollIntoViewIfNeeded();
          await page.waitForSelector("#figure-pca .heatmaplayer image", { state: "attached" });
          expect(await page.locator("#figure-pca .heatmaplayer .hm").count()).toBe(5);
          await page.locator("input[name=segment][value='1']").uncheck({ force: true });
          await expect.poll(() => page.locator("#figure-pca .heatmaplayer .hm").count(), { timeout: 30_000 }).toBe(4);
        },
        wide.url,
      );
    } finally {
      await wide.stop();
    }
  });
});

/** What axe finds serious or critical, by rule and place. */
async function violations(page: Page): Promise<string[]> {
  // Through the debugger, as the policy of the page lets no script in.
  await page.evaluate(axe);
  const { violations: found } = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as {
    violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
  };
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary.slice(0, 160)}`),
    );
}
