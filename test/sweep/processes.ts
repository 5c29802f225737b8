/** Real `segmenta` processes on small tables: what a kill, a full disk or a second process does cannot be had in one. */
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
export const dist = fileURLToPath(new URL("../../dist/", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when stderr holds this text (or the process has ended). */
  says(text: string): Promise<void>;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  /** Script loaded before the command, also in its worker threads. */
  readonly preload?: string;
  /** The Node that runs it; default: this one. */
  readonly node?: string;
}

export function start(cwd: string, args: readonly string[], options: StartOptions = {}): Started {
  const preload = options.preload === undefined ? {} : { NODE_OPTIONS: `--import=${options.preload}` };
  const child = spawn(options.node ?? process.execPath, [cli, ...args], {
    cwd,
    // Without the variables by which a test runner is known, so that the child is as a user's.
    env: { PATH: process.env["PATH"], HOME: cwd, ...preload, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  let out = "";
  let err = "";
  const waiting: { text: string; done: () => void }[] = [];
  child.stdout!.on("data", (text: Buffer) => {
    out += text;
  });
  child.stderr!.on("data", (text: Buffer) => {
    err += text;
    for (const each of waiting) if (err.includes(each.text)) each.done();
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      for (const each of waiting) each.done();
      resolve({ code, signal, out, err });
    });
  });
  const says = (text: string) =>
    new Promise<void>((done) => {
      if (err.includes(text) || child.exitCode !== null) done();
      else waiting.push({ text, done });
    });
  return { child, ended, says };
}

/** Run a command to its end. */
export const segmenta = (cwd: string, ...args: string[]): Promise<Ended> => start(cwd, args).ended;

/** Many short trials of every kind of algorithm, all on iris. */
export const experiment = `
name: small
data: { path: iris.csv, id: id }
prepare:
  standard: [ impute: median, scale: standard ]
  minmax: [ impute: median, scale: min-max ]
reduce: [ none, pca: { components: 2 } ]
sweep:
  kmeans: { k: 2..5, nInit: 4 }
  agglomerative: { k: 2..4, linkage: [ward, average] }
  kmedoids: { k: 2..4 }
  dbscan: { eps: [0.4, 0.6], minSamples: 5 }
  gmm: { k: 2..3, covarianceType: [full, diag] }
seeds: 3
score: { space: standard }
select: { rule: majority }
`;

/** A folder with iris (each row with an id) and an experiment `small`. */
export function workFolder(text = experiment, root = mkdtempSync(join(tmpdir(), "segmenta-real-"))): string {
  mkdirSync(join(root, "experiments"), { recursive: true });
  writeFileSync(join(root, "experiments", "small.yaml"), text);
  const [head, ...rows] = readFileSync(new URL("../golden/data/iris.csv", import.meta.url), "utf8")
    .trimEnd()
    .split("\n");
  writeFileSync(join(root, "iris.csv"), `id,${head}\n${rows.map((row, i) => `r${i + 1},${row}\n`).join("")}`);
  return root;
}

/** The compared files of a results folder, by name. */
export function tables(root: string, folder = "results/small"): Record<string, string> {
  const path = join(root, folder);
  const files = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(files.map(({ name }) => [name, readFileSync(join(path, name), "utf8")]));
}

interface Line {
  readonly type: string;
  readonly key: string;
}

/** Every whole line of the journals. */
export function journalLines(root: string, folder = "results/small"): Line[] {
  const runs = join(root, folder, ".runs");
  if (!existsSync(runs)) return [];
  return readdirSync(runs)
    .filter((name) => name.endsWith(".jsonl"))
    .flatMap((name) => readFileSync(join(runs, name), "utf8").split("\n").slice(0, -1))
    .map((line) => JSON.parse(line) as Line);
}

/** How often each trial was fitted, over all journals. */
export function fitCounts(root: string, folder?: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { type, key } of journalLines(root, folder))
    if (type === "fit") counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** Names of files that a writer left beside. */
export function leftovers(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => /\.tmp$|\.lock$/.test(name));
}

/** Copy a file into a work folder. */
export const bring = (from: string, to: string): void => copyFileSync(from, to);
