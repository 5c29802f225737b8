/** The dashboard's pages in the service, asked without a port. */
import { beforeAll, describe, expect, test } from "vitest";
import { createApp } from "../../src/serve/index.js";
import { dashboardPages, type ExperimentRecord, readExperiments } from "../../src/web/index.js";
import { made, readModule } from "./made.js";

type Made = Awaited<ReturnType<typeof made>>;
let four: Made;
let three: Made;
let experiments: ExperimentRecord[];
beforeAll(async () => {
  four = await made("by-means", "{ kmeans: { k: 4, nInit: 2 } }", 400);
  three = await made("by-tree", "{ agglomerative: { k: 3, linkage: ward } }", 400);
  experiments = await readExperiments([four.folder, three.folder]);
});

const app = (options: Partial<Parameters<typeof dashboardPages>[0]> = {}) =>
  createApp(four.model, { pages: dashboardPages({ view: four.view, readModule, ...options }) });
const text = async (path: string, options = {}) => {
  const response = await app(options).request(path);
  expect(response.status).toBe(200);
  return response.text();
};

test("without scripts the page holds the segments, their profiles and readings, and every figure's numbers", async () => {
  const page = await text("/dashboard");
  for (const { name } of four.view.segments) expect(page).toContain(`<span>${name}</span>`);
  for (const { name } of four.view.features) expect(page.replaceAll("<wbr>", "")).toContain(name);
  for (const id of ["snake", "pca", "tsne", "tree", "histogram"]) {
    expect(page).toMatch(new RegExp(`id="words-${id}"><p>.{40}`));
  }
  expect(page).toContain("no-script.css");
});

test("the query chooses what is shown", async () => {
  const page = await text("/dashboard?segment=1&show=median&linkage=single&k=3&feature=TENURE");
  expect(page.match(/<article/g)).toHaveLength(1);
  expect(page).toContain('<option value="single" selected>');
  expect(page).toContain('<option value="TENURE" selected>');
  expect(page).toContain('value="3"></label>');
});

test("no script, style or data stands in the page itself, and scripts come from here alone", async () => {
  const response = await app().request("/dashboard");
  const page = await response.text();
  expect(page).not.toMatch(/<script(?![^>]* src="\/)/);
  expect(page).not.toMatch(/<style| style="| on[a-z]+="/);
  const policy = response.headers.get("content-security-policy")!;
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
});

test("everything the page links is there, of the right kind, to be kept for good", async () => {
  const page = await text("/dashboard");
  const links = [...page.matchAll(/(?:href|src)="(\/dashboard\/assets\/[^"]+)"/g)].map(([, path]) => path!);
  expect(links.length).toBeGreaterThan(10);
  for (const path of links) {
    const response = await app().request(path);
    expect([path, response.status]).toEqual([path, 200]);
    expect(response.headers.get("content-type")).toMatch(path.endsWith(".css") ? /^text\/css/ : /^text\/javascript/);
    expect(response.headers.get("cache-control")).toContain("immutable");
  }
});

test("assets go out packed to those who can unpack them", async () => {
  const [, path] = /src="([^"]*plotly\.js)"/.exec(await text("/dashboard"))!;
  const packed = await app().request(path!, { headers: { "accept-encoding": "gzip, br" } });
  expect(packed.headers.get("content-encoding")).toBe("gzip");
  expect((await packed.arrayBuffer()).byteLength).toBeLessThan(600_000);
});

test("view.json is the view, and is not sent twice to who has it", async () => {
  const first = await app().request("/dashboard/view.json");
  expect(await first.json()).toEqual(four.view);
  const again = await app().request("/dashboard/view.json", {
    headers: { "if-none-match": first.headers.get("etag")! },
  });
  expect(again.status).toBe(304);
});

test("a path beside the assets is nothing, however it is written", async () => {
  for (const path of ["/dashboard/assets/x/style.css", "/dashboard/assets/../../package.json", "/dashboard/nothing"]) {
    expect((await app().request(path)).status).toBe(404);
  }
});

describe("without a view of this model", () => {
  test("the segments stand as the model knows them, and why there is no more", async () => {
    const page = await text("/dashboard", { view: null });
    expect(page).toContain("There is no view.json beside this model");
    for (const { name } of four.model.segments) expect(page).toContain(name);
    expect((await app({ view: null }).request("/dashboard/view.json")).status).toBe(404);
  });

  test("a view of another model is not shown", async () => {
    const page = await text("/dashboard", { view: three.view });
    expect(page).toContain("is of another model");
    expect(page).not.toContain("figure-pca");
  });
});

describe("experiments side by side", () => {
  test("show their answers, their scores in one space, and how far they agree", async () => {
    const page = await text("/dashboard/compare", { experiments });
    expect(page).toContain("4 segments, kmeans");
    expect(page).toContain("3 segments, agglomerative");
    // Both are of the same data, prepared alike: one table.
    expect(page.match(/<h2>Judged in/g)).toHaveLength(1);
    expect(page).toMatch(/by-means and by-tree: 0\.\d+/);
    const cells = [...page.matchAll(/<td class="(?:most|none)?">([\d,·]+)<\/td>/g)].map(([, cell]) =>
      cell === "·" ? 0 : Number(cell),
    );
    expect(cells.reduce((sum, count) => sum + count, 0)).toBe(400);
  });

  test("of other data or another space, scores are not set in one table", async () => {
    const other = {
      ...experiments[1]!,
      space: { name: "standard", key: "other" },
      data: { checksum: "f".repeat(64), rows: 9 },
    };
    const page = await text("/dashboard/compare", { experiments: [experiments[0]!, other] });
    expect(page.match(/<h2>Judged in/g)).toHaveLength(2);
    expect(page).toContain("No two of these experiments have segments of the same data");
  });

  test("a folder without results is the user's to mend", async () => {
    await expect(readExperiments(["/nowhere/at-all"])).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("are left out of the navigation when there are none", async () => {
    expect(await text("/dashboard")).not.toContain("/dashboard/compare");
  });
});
