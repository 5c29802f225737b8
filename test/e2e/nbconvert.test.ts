/**
 * The notebooks through Debian's Jupyter, as anybody else would run them, and the page it makes in a real browser:
 * figures draw themselves, without a network.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jupyterEnvironment } from "../../src/notebook/lab.js";
import { hasBrowser, openBrowser } from "./browser.js";

const jupyter = process.env["JUPYTER"] ?? "/usr/bin/jupyter-nbconvert";
const hasJupyter = existsSync(jupyter);
if (!hasJupyter) {
  const said = `there is no nbconvert at ${jupyter}`;
  if (process.env["CI"]) throw new Error(`${said}, and CI does not go without`);
  process.stderr.write(`LEFT OUT: ${said}, so the notebooks are not run by Jupyter\n`);
}

const root = fileURLToPath(new URL("../../", import.meta.url));
const names = ["01-explore", "02-choose", "03-segments", "04-deploy"];
let folder: string;

function convert(...args: string[]): Promise<{ code: number | null; text: string }> {
  const cache = join(folder, "jupyter");
  const child = spawn(jupyter, [...args, "--output-dir", folder], {
    cwd: join(root, "notebooks"),
    env: { ...jupyterEnvironment(process.env, cache), PATH: `${join(process.execPath, "..")}:${process.env["PATH"]}` },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (text += part));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, text }));
  });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "segmenta-nbconvert-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Saved {
  readonly cells: readonly { readonly outputs?: readonly { readonly data?: Readonly<Record<string, unknown>> }[] }[];
}

/** The tagged numbers of a saved notebook, in order. */
const numbers = (path: string) =>
  (JSON.parse(readFileSync(path, "utf8")) as Saved).cells
    .flatMap((cell) => cell.outputs ?? [])
    .flatMap(({ data }) => data?.["application/vnd.segmenta.values+json"] ?? []);

describe.runIf(hasJupyter)("Jupyter", () => {
  test.each(names)(
    "executes %s with the same numbers, and its page shows live figures offline",
    async (name) => {
      const executed = await convert("--to", "notebook", "--execute", `${name}.ipynb`);
      expect(executed.code, executed.text).toBe(0);
      const path = join(folder, `${name}.ipynb`);
      expect(numbers(path).length).toBeGreaterThan(0);
      expect(numbers(path)).toEqual(numbers(join(root, "notebooks", `${name}.ipynb`)));
      if (!hasBrowser) return;

      const page = await convert("--to", "html", path);
      expect(page.code, page.text).toBe(0);
      const opened = await openBrowser("file://");
      try {
        await opened.page.goto(pathToFileURL(join(folder, `${name}.html`)).href);
        const figures = (readFileSync(path, "utf8").match(/application\/vnd\.plotly\.v1\+json"/g) ?? []).length;
        await expect
          .poll(() => opened.page.locator(".js-plotly-plot .main-svg:first-child").count(), { timeout: 60_000 })
          .toBe(figures);
        // What is on the page, not only what was asked for: bars, dots and lines of some size.
        const empty = await opened.page
          .locator(".js-plotly-plot")
          .evaluateAll(
            (plots) => plots.filter((plot) => plot.querySelectorAll("path, circle, rect.bg ~ *").length < 5).length,
          );
        expect(empty).toBe(0);
        expect(opened.faults).toEqual([]);
      } finally {
        await opened.close();
      }
    },
    240_000,
  );

  test.runIf(hasBrowser)(
    "shows the committed notebooks with a picture for every figure where scripts may not run",
    async () => {
      const notebooks = names.map((name) => join(root, "notebooks", `${name}.ipynb`));
      const page = await convert("--to", "html", ...notebooks);
      expect(page.code, page.text).toBe(0);
      const opened = await openBrowser("file://", { script: false });
      let seen = 0;
      try {
        for (const [i, path] of notebooks.entries()) {
          await opened.page.goto(pathToFileURL(join(folder, `${names[i]}.html`)).href);
          const figures = (readFileSync(path, "utf8").match(/application\/vnd\.plotly\.v1\+json"/g) ?? []).length;
          const pictures = opened.page.locator('[id^="figure-"] img[alt][src^="data:image/png"]');
          const sizes = await pictures.evaluateAll((all) =>
            all.map((image) => ({ width: image.clientWidth, pixels: (image as HTMLImageElement).naturalWidth })),
          );
          expect(sizes).toHaveLength(figures);
          seen += figures;
          for (const { width, pixels } of sizes) {
            expect(width).toBeGreaterThan(600);
            expect(pixels).toBeGreaterThan(width);
          }
        }
        expect(seen).toBeGreaterThan(12);
      } finally {
        await opened.close();
      }
    },
    120_000,
  );
});
