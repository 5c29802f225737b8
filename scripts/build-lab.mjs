// Build the lab: one page, lab/index.html in dist/, that runs the compiled sources in a browser. `npm run build:lab [folder]`
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");

/** What is the platform's own, and what a page has in its place. */
const doors = {
  "/core/sha256.js": "/lab/platform/sha256.js",
  "node:module": "/lab/platform/packages.js",
  "node:path": "/lab/platform/path.js",
};

/** Packages that only the command line uses: a page that reached them would be told so by a missing name. */
const absent = /^(node:.*|piscina|pg|yargs|@duckdb\/.*|@clickhouse\/.*|read-excel-file.*)$/;

/** @param dist - the compiled sources, as an absolute path */
function platform(dist) {
  return {
    name: "platform",
    async resolveId(id, from, options) {
      if (doors[id]) return dist + doors[id];
      if (absent.test(id)) return `\0absent:${id}`;
      if (!id.startsWith(".")) return null;
      const found = await this.resolve(id, from, { ...options, skipSelf: true });
      const door = found && Object.keys(doors).find((name) => found.id === dist + name);
      return door ? dist + doors[door] : found;
    },
    load: (id) => (id.startsWith("\0absent:") ? "export default undefined;" : null),
  };
}

export async function buildLab(given = join(root, "dist"), out = join(given, "lab-page")) {
  const dist = resolve(given);
  const bundle = await rolldown({
    input: join(dist, "lab/main.js"),
    platform: "browser",
    plugins: [platform(dist)],
    shimMissingExports: true,
    treeshake: { moduleSideEffects: (id) => id.endsWith("/lab/main.js") },
    transform: { define: { "import.meta.url": '"lab:"' } },
    onLog: (level, log, show) => log.code !== "SHIMMED_EXPORT" && show(level, log),
  });
  const { output } = await bundle.generate({ format: "iife", minify: true });
  await bundle.close();
  if (output.length !== 1) throw new Error(`the lab is ${output.length} scripts, and must be one`);

  const load = (file) => import(pathToFileURL(join(dist, file)).href);
  const { labDocument } = await load("lab/document.js");
  const { script } = await load("report/script.js");
  const require = createRequire(import.meta.url);
  const names = [
    "experiments/data/credit-cards.csv",
    "experiments/credit-cards.yaml",
    "experiments/credit-cards-classic.yaml",
    "experiments/credit-cards.domain.yaml",
  ];
  const page = labDocument({
    code: output[0].code,
    plotly: readFileSync(require.resolve("plotly.js-cartesian-dist-min"), "utf8"),
    reportScript: script,
    hash: (text) => createHash("sha256").update(text).digest("base64"),
    bundled: Object.fromEntries(names.map((name) => [name, readFileSync(join(root, name), "utf8")])),
  });
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "index.html"), page);
  copyFileSync(join(out, "index.html"), join(out, "segmenta-lab.html"));
  return { out, bytes: Buffer.byteLength(page), code: output[0].code.length };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { out, bytes, code } = await buildLab(undefined, process.argv[2] && resolve(process.argv[2]));
  console.log(
    `written: ${out} (${(bytes / 1e6).toFixed(1)} MB in one file; ${(code / 1e3).toFixed(0)} kB of it is the lab)`,
  );
}
