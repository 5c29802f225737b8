/**
 * What the pages load, all of it from here: the stylesheet, Plotly, and the script as the very modules the build
 * made. No bundler: the modules that the entry reaches are few, small, and named one by one, so that no path of a
 * request ever touches the disk.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { dashboardStyle, noScriptStyle } from "./style.js";

export interface Assets {
  /** Path of each asset → its answer. */
  readonly routes: Readonly<Record<string, (request: Request) => Response>>;
  readonly style: string;
  readonly noScript: string;
  readonly plotly: string;
  /** Entry first, then all it imports. */
  readonly modules: readonly string[];
}

/** Of a path from the folder of the program: `web/client/main.js`. */
export type ReadModule = (path: string) => string;

const entry = "web/client/main.js";

/** The modules of the build: beside this file, or in `dist` when this file runs from the sources. */
function readBuilt(path: string): string {
  const here = fileURLToPath(new URL("..", import.meta.url));
  const built = join(here, path);
  return readFileSync(existsSync(built) ? built : join(dirname(here.replace(/\/$/, "")), "dist", path), "utf8");
}

/**
 * Gather the assets. Their paths hold a hash of them all, so that a browser may keep them for good.
 *
 * @param read - where the compiled modules come from; by default the build
 */
export function gatherAssets(base: string, read: ReadModule = readBuilt): Assets {
  const modules = moduleClosure(entry, read);
  const require = createRequire(import.meta.url);
  const files = new Map<string, Asset>([
    ["style.css", asset(dashboardStyle(), "text/css; charset=utf-8")],
    ["no-script.css", asset(noScriptStyle, "text/css; charset=utf-8")],
    ["plotly.js", asset(readFileSync(require.resolve("plotly.js-cartesian-dist-min"), "utf8"), script)],
    ...[...modules].map(([path, text]): [string, Asset] => [path, asset(text, script)]),
  ]);
  const hash = createHash("sha256");
  for (const [path, { text }] of files) hash.update(`${path}\n${text}\n`);
  const root = `${base}/assets/${hash.digest("hex").slice(0, 12)}`;
  const at = (path: string) => `${root}/${path}`;
  return {
    routes: Object.fromEntries([...files].map(([path, file]) => [at(path), (request) => answer(file, request)])),
    style: at("style.css"),
    noScript: at("no-script.css"),
    plotly: at("plotly.js"),
    modules: [...modules.keys()].map(at),
  };
}

const script = "text/javascript; charset=utf-8";

interface Asset {
  readonly text: string;
  readonly type: string;
  /** Made when first asked for. */
  packed?: Uint8Array<ArrayBuffer>;
}

const asset = (text: string, type: string): Asset => ({ text, type });

function answer(file: Asset, request: Request): Response {
  const headers: Record<string, string> = {
    "content-type": file.type,
    "cache-control": "public, max-age=31536000, immutable",
    vary: "accept-encoding",
  };
  if (!/\bgzip\b/.test(request.headers.get("accept-encoding") ?? "")) return new Response(file.text, { headers });
  file.packed ??= new Uint8Array(gzipSync(file.text));
  return new Response(file.packed, { headers: { ...headers, "content-encoding": "gzip" } });
}

/**
 * A module and all that it imports, each once, the entry first.
 *
 * @throws Error for an import that a browser could not follow: the fault is ours
 */
export function moduleClosure(first: string, read: ReadModule): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (path: string): void => {
    if (found.has(path)) return;
    const text = read(path).replace(/^\/\/# sourceMappingURL=.*$/m, "");
    found.set(path, text);
    for (const [, target] of text.matchAll(
      /^(?:(?:import|export)\s[^;"'()=]*?\bfrom\s*|import\s*)["']([^"']+)["'];?$/gm,
    )) {
      if (!target!.startsWith(".")) throw new Error(`${path} imports ${target}, which a browser does not have`);
      visit(posix.join(posix.dirname(path), target!));
    }
  };
  visit(first);
  return found;
}
