/** Trials on a real queue, with real workers that are killed, lied to and left alone. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Fit } from "../../src/cluster/define.js";
import { decodeFits, encodeFits } from "../../src/sweep/queue/job.js";
import { fitCounts, journalLines, type Started, segmenta, start, tables, workFolder } from "../sweep/processes.js";
import { freePort, hasRedis, type RunningRedis, startRedis } from "./redis.js";

test("a fit goes there and back to the bit", () => {
  const fit: Fit = {
    labels: Int32Array.of(0, -1, 2_000_000_000, 1),
    reasons: ["not-converged"],
    objective: { value: 0.1 + 0.2, better: "lower" },
    outputs: { inertia: 1e-300, iterations: 7 },
    found: { centres: Float64Array.of(Math.PI, -0, 5e-324), rows: Int32Array.of(3), eps: 0.1, how: "x" },
    notes: [],
  };
  expect(decodeFits(encodeFits([fit, fit]))).toEqual([fit, fit]);
});

/** Workers wait here in every fit, so that there is a middle to kill them in. */
const slow = join(mkdtempSync(join(tmpdir(), "segmenta-slow-")), "slow.mjs");
writeFileSync(
  slow,
  `import { isMainThread } from "node:worker_threads";
if (!isMainThread) {
  const { algorithms } = await import(${JSON.stringify(new URL("../../dist/cluster/registry.js", import.meta.url).href)});
  for (const algorithm of algorithms) {
    const fitMany = algorithm.fitMany;
    algorithm.fitMany = (...args) => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150);
      return fitMany.apply(algorithm, args);
    };
  }
}`,
);

describe.runIf(hasRedis)("a queue", () => {
  let redis: RunningRedis;
  let expected: Record<string, string>;
  const started: Started[] = [];
  beforeAll(async () => {
    redis = await startRedis();
    const alone = workFolder();
    expect((await segmenta(alone, "run", "small")).code).toBe(0);
    expected = tables(alone);
  }, 60_000);
  afterEach(async () => {
    for (const each of started.splice(0)) {
      each.child.kill("SIGKILL");
      await each.ended;
    }
  });
  afterAll(() => redis?.remove());

  const run = (root: string, url = redis.url, env: Record<string, string> = {}) => {
    const running = start(root, ["run", "small", "--queue", url], { env });
    started.push(running);
    return running;
  };
  const work = (root: string, options: { preload?: string; url?: string } = {}, ...more: string[]) => {
    const args = ["worker", "--queue", options.url ?? redis.url, "--jobs", "1", ...more];
    const working = start(root, args, options.preload ? { preload: options.preload } : {});
    started.push(working);
    return working;
  };

  test("and two workers, each with a copy of the table of its own, give the tables of one machine", async () => {
    const root = workFolder();
    const workers = [work(workFolder(), { preload: slow }), work(workFolder(), { preload: slow })];
    for (const worker of workers) await worker.says("takes up to");
    const { code, err } = await run(root).ended;
    expect(code, err).toBe(0);
    expect(tables(root)).toEqual(expected);
    expect([...fitCounts(root).values()].every((count) => count === 1)).toBe(true);
    // Both had their share, and neither wrote anything.
    for (const worker of workers) {
      worker.child.kill("SIGINT");
      const ended = await worker.ended;
      expect(ended.code, ended.err).toBe(0);
      expect(Number(/^(\d+) jobs done/.exec(ended.out)?.[1])).toBeGreaterThan(0);
    }
  }, 120_000);

  test("loses nothing when a worker is killed in the middle of a fit", async () => {
    const root = workFolder();
    const victim = work(workFolder(), { preload: slow });
    await victim.says("takes up to");
    const running = run(root);
    await victim.says("in standard");
    victim.child.kill("SIGKILL");
    const at = Date.now();
    work(workFolder());
    const { code, err } = await running.ended;
    expect(code, err).toBe(0);
    expect(tables(root)).toEqual(expected);
    expect(Date.now() - at).toBeLessThan(60_000);
  }, 120_000);

  test("that forgets everything in a restart is asked again", async () => {
    const own = await startRedis();
    try {
      const root = workFolder();
      const worker = work(workFolder(), { preload: slow, url: own.url });
      await worker.says("takes up to");
      const running = run(root, own.url);
      await worker.says("in standard");
      await own.stop("SIGKILL");
      await own.start();
      const { code, err } = await running.ended;
      expect(code, err).toBe(0);
      expect(tables(root)).toEqual(expected);
    } finally {
      await own.remove();
    }
  }, 180_000);

  test("that goes away for good leaves rows without an answer: 4; the same command without it goes on", async () => {
    const own = await startRedis();
    try {
      const root = workFolder();
      const worker = work(workFolder(), { preload: slow, url: own.url });
      await worker.says("takes up to");
      const running = run(root, own.url, { SEGMENTA_QUEUE_PATIENCE: "4" });
      await worker.says("in standard");
      await own.stop("SIGKILL");
      const { code, err } = await running.ended;
      expect(code, err).toBe(4);
      expect(err).toContain("has been gone for 4 s; run the same command again to go on");
      const kept = fitCounts(root).size;
      expect((await segmenta(root, "run", "small")).code).toBe(0);
      expect(tables(root)).toEqual(expected);
      // What had arrived was not fitted again.
      expect([...fitCounts(root).values()].every((count) => count === 1)).toBe(true);
      expect(fitCounts(root).size).toBeGreaterThan(kept);
    } finally {
      await own.remove();
    }
  }, 120_000);

  test("that freezes, its connections open, is given up in bounded time: 4", async () => {
    const own = await startRedis();
    try {
      const root = workFolder();
      const worker = work(workFolder(), { preload: slow, url: own.url });
      await worker.says("takes up to");
      const running = run(root, own.url, { SEGMENTA_QUEUE_PATIENCE: "4" });
      await worker.says("in standard");
      own.freeze();
      const { code, err } = await running.ended;
      expect(code, err).toBe(4);
      expect(err).toContain("has been gone for 4 s");
      expect(err).not.toContain("MaxListeners");
    } finally {
      await own.remove();
    }
  }, 120_000);

  test("with a worker of another version of an algorithm: it refuses, and says which", async () => {
    const other = join(mkdtempSync(join(tmpdir(), "segmenta-other-")), "other.mjs");
    const registry = new URL("../../dist/cluster/registry.js", import.meta.url).href;
    writeFileSync(
      other,
      `const { algorithms } = await import(${JSON.stringify(registry)});\nalgorithms.find(({ name }) => name === "gmm").version++;`,
    );
    const root = workFolder();
    work(workFolder(), { preload: other });
    const { code, err } = await run(root).ended;
    expect(err).toMatch(/refuses: its gmm is of version \d+, the run's of version \d+/);
    expect(code).toBe(4);
  }, 120_000);

  test("without a worker says so and waits; Ctrl-C is 130, and a worker that comes finds the rest gone", async () => {
    const root = workFolder();
    const running = run(root);
    await running.says("no worker is there; start one: segmenta worker --queue");
    running.child.kill("SIGINT");
    expect((await running.ended).code).toBe(130);
    const late = work(workFolder(), {}, "--idle", "1s");
    expect(await late.ended).toMatchObject({ code: 0, out: "0 jobs done\n" });
  }, 60_000);

  test("with a worker of other data: it refuses, says why on both sides, and the trials have no answer: 4", async () => {
    const root = workFolder();
    const elsewhere = workFolder();
    const path = join(elsewhere, "iris.csv");
    writeFileSync(path, readFileSync(path, "utf8").replace("5.1", "5.2"));
    const worker = work(elsewhere);
    const { code, err } = await run(root).ended;
    expect(code, err).toBe(4);
    expect(err).toMatch(/the worker \S+ refuses: iris\.csv is other data here: checksum [0-9a-f]{8}…, the run's/);
    worker.child.kill("SIGINT");
    expect((await worker.ended).err).toContain("refused: iris.csv is other data here");
    expect(journalLines(root).filter(({ type }) => type === "fit")).toEqual([]);
  }, 120_000);

  test("leaves a job that one worker refuses to another that can do it", async () => {
    const root = workFolder();
    const elsewhere = workFolder();
    writeFileSync(join(elsewhere, "iris.csv"), "id,a\nr1,1\nr2,2\n");
    const other = work(elsewhere);
    await other.says("takes up to");
    const able = work(workFolder());
    await able.says("takes up to");
    const { code, err } = await run(root).ended;
    expect(code, err).toBe(0);
    expect(tables(root)).toEqual(expected);
  }, 180_000);

  test.each<[string, () => Promise<{ url: string; done?: () => Promise<void> }>, RegExp]>([
    [
      "nobody listens",
      async () => ({ url: `redis://127.0.0.1:${await freePort()}` }),
      /Redis does not answer: .*ECONNREFUSED/,
    ],
    ["the address is none", async () => ({ url: "http://x" }), /is no address of Redis/],
    [
      "the password is wrong",
      async () => {
        const own = await startRedis("--requirepass", "right");
        return { url: own.url.replace("//", "//:wrong@"), done: own.remove };
      },
      /Redis refuses the sign-in/,
    ],
    [
      "keys would be thrown away",
      async () => {
        const own = await startRedis("--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru");
        return { url: own.url, done: own.remove };
      },
      /maxmemory-policy allkeys-lru/,
    ],
  ])(
    "is refused before any work where %s, by both sides, and no password is shown",
    async (_, make, message) => {
      const { url, done } = await make();
      try {
        const root = workFolder();
        for (const args of [
          ["run", "small", "--queue", url],
          ["worker", "--queue", url],
        ]) {
          const { code, err } = await segmenta(root, ...args);
          expect(err).toMatch(message);
          expect(err).not.toContain("wrong@");
          expect(code).toBe(2);
        }
        expect(journalLines(root)).toEqual([]);
      } finally {
        await done?.();
      }
    },
    60_000,
  );

  test("with a password works, and no journal holds the password", async () => {
    const own = await startRedis("--requirepass", "s3cret");
    try {
      const root = workFolder();
      const url = own.url.replace("//", "//:s3cret@");
      work(workFolder(), { url });
      const { code, err } = await run(root, url).ended;
      expect(code, err).toBe(0);
      expect(JSON.stringify(journalLines(root))).not.toContain("s3cret");
      expect(JSON.stringify(journalLines(root))).toContain("--queue");
    } finally {
      await own.remove();
    }
  }, 120_000);
});
