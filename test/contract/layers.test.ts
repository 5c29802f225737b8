/** The picture of the house, held against the import lines: imports point down, siblings stay apart. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const src = fileURLToPath(new URL("../../src", import.meta.url));

/** Top floor first. Folders on one floor do not import each other. */
const floors: readonly (readonly string[])[] = [
  ["index", "lab"],
  ["cli"],
  ["notebook", "report", "serve", "web"],
  ["results"],
  ["data"],
  ["sweep"],
  ["figures"],
  ["pipeline", "segments", "stability"],
  ["preprocessing", "decomposition", "cluster", "metrics"],
  ["kernels"],
  ["core"],
];

/** Which packages a folder may import; what is not listed here may import none. */
const packages: Readonly<Record<string, readonly string[]>> = {
  core: ["zod"],
  kernels: [],
  preprocessing: ["zod"],
  decomposition: ["zod", "ml-matrix", "ml-pca"],
  cluster: ["zod", "ml-matrix", "ml-kmeans"],
  metrics: ["zod"],
  stability: [],
  segments: ["zod"],
  pipeline: ["zod"],
  figures: [],
  sweep: ["zod", "yaml", "piscina", "bullmq", "ioredis"],
  results: ["zod", "yaml", "@duckdb/node-api"],
  data: ["@duckdb/node-api", "read-excel-file", "pg", "@clickhouse/client"],
  notebook: [
    "typescript",
    "zeromq",
    "tslab",
    "jsdom",
    "@resvg/resvg-js",
    "plotly.js-dist",
    "plotly.js-cartesian-dist-min",
    "danfojs-node",
  ],
  report: ["plotly.js-cartesian-dist-min"],
  serve: ["hono", "@hono/node-server", "@hono/zod-openapi", "pino", "prom-client", "zod", "@ngrok/ngrok"],
  web: [],
  cli: ["yargs", "cli-progress", "cli-table3", "yaml", "zod"],
  lab: ["yaml", "ml-kmeans", "ml-matrix", "ml-pca"],
  index: [],
};

/** What a pure room may use of Node: hashing, and loading a package when it is first wanted. */
const harmless = new Set(["node:crypto", "node:module"]);

/** Edges that may touch files, clocks, sockets and screens. */
const impure = new Set(["sweep", "data", "results", "report", "serve", "notebook", "web", "cli", "lab", "index"]);

interface Import {
  readonly file: string;
  readonly from: string;
  readonly target: string;
}

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return name === "assembly" ? [] : sources(path);
    return /\.c?ts$/.test(name) ? [path] : [];
  });
}

const roomOf = (path: string) => {
  const [first] = relative(src, path).split(sep);
  return first!.replace(/\.ts$/, "");
};

const files = sources(src);
const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(file, "utf8");
  const found = [
    ...text.matchAll(/^\s*(?:import|export)\b[^;"']*?from\s+["']([^"']+)["']/gm),
    ...text.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g),
    ...text.matchAll(/^import\s+["']([^"']+)["']/gm),
    ...text.matchAll(/\brequire\(\s*["']([^"']+)["']\s*\)/g),
    ...text.matchAll(/\bcreateRequire\(import\.meta\.url\)\(\s*["']([^"']+)["']\s*\)/g),
  ];
  return found.map((match) => ({ file: relative(src, file), from: roomOf(file), target: match[1]! }));
});

const floorOf = (room: string) => floors.findIndex((floor) => floor.includes(room));

test("every folder of src stands in the picture", () => {
  const rooms = [...new Set(files.map(roomOf))];
  expect(rooms.filter((room) => floorOf(room) < 0)).toEqual([]);
});

test("imports point down, and siblings do not import each other", () => {
  const wrong = imports
    .filter(({ target }) => target.startsWith("."))
    .filter(({ file, from, target }) => {
      const room = roomOf(resolve(src, dirname(file), target));
      return room !== from && floorOf(room) <= floorOf(from);
    })
    .map(({ file, target }) => `${file} imports ${target}`);
  expect(wrong).toEqual([]);
});

test("packages are imported only where the picture says", () => {
  const wrong = imports
    .filter(({ target }) => !target.startsWith(".") && !target.startsWith("node:"))
    .filter(({ from, target }) => {
      const name = target.startsWith("@") ? target.split("/").slice(0, 2).join("/") : target.split("/")[0]!;
      return !packages[from]?.includes(name);
    })
    .map(({ file, target }) => `${file} imports ${target}`);
  expect(wrong).toEqual([]);
});

test("below sweep, nothing touches files, sockets, the clock or the console", () => {
  const wrong: string[] = [];
  for (const { file, from, target } of imports) {
    if (!impure.has(from) && target.startsWith("node:") && !harmless.has(target))
      wrong.push(`${file} imports ${target}`);
  }
  for (const path of files) {
    if (impure.has(roomOf(path))) continue;
    const text = readFileSync(path, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    for (const forbidden of ["console.", "Date.now", "new Date(", "performance.now", "process.env", "Math.random"]) {
      if (text.includes(forbidden)) wrong.push(`${relative(src, path)} uses ${forbidden}`);
    }
  }
  expect(wrong).toEqual([]);
});

test("numerics are portable: no powers by Math.pow or **, no localeCompare, no Math.exp or log but from core/math", () => {
  const wrong: string[] = [];
  for (const path of files) {
    const name = relative(src, path);
    if (name === join("core", "math.ts")) continue;
    const text = readFileSync(path, "utf8")
      .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "")
      .replace(/(["'`])(?:\\.|(?!\1)[^\\])*\1/g, '""');
    for (const pattern of [
      /\bMath\.(pow|exp|expm1|log|log1p|log2|log10|sin|cos|tan|hypot|cbrt|sinh|cosh|tanh)\b/,
      /[\w)\]]\s\*\*\s/,
      /\.localeCompare\(/,
    ]) {
      const match = pattern.exec(text);
      if (match && !impureDrawing(name)) wrong.push(`${name} uses ${match[0].trim()}`);
    }
  }
  expect(wrong).toEqual([]);
});

/** Drawing and serving may use what they like: no number of a table comes from there. */
function impureDrawing(name: string): boolean {
  return ["figures", "report", "serve", "web", "notebook", "cli", "lab"].includes(name.split(sep)[0]!);
}

test("src has no top-level await: the notebook kernel loads it through require", () => {
  const wrong = files
    .filter((path) => /^(?:const .*= )?await /m.test(readFileSync(path, "utf8")))
    .map((path) => relative(src, path));
  expect(wrong).toEqual([]);
});
