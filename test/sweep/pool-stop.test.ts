/** A pool may be closed at any moment, also while its threads are still loading. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

// In a process of its own: what this looks for ends the whole process.
const script = (pool: string) => `
  import { workerPool } from ${JSON.stringify(pool)};
  const x = { rows: 40, cols: 1, data: new Float64Array(new SharedArrayBuffer(320)).map((_, i) => i % 7) };
  const work = { kind: "fit", space: { key: "x", x }, algorithm: "kmeans", grid: [{ k: 2, nInit: 1 }], seed: 1 };
  const tally = { done: 0, stopped: 0 };
  for (let wait = 0; wait < 500; wait += 7) {
    const pool = workerPool(3);
    const jobs = [1, 2, 3].map(() => pool.run(work).then(() => tally.done++, () => tally.stopped++));
    await new Promise((go) => setTimeout(go, wait));
    await pool.close();
    await Promise.all(jobs);
  }
  const last = workerPool(1);
  const fits = await last.run(work);
  await last.close();
  console.log(JSON.stringify({ ...tally, labels: fits[0].labels.length }));
`;

test("closing a pool while its threads load ends no process", async () => {
  const pool = new URL("../../dist/sweep/execute.js", import.meta.url).href;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script(pool)]);
  const { done, stopped, labels } = JSON.parse(stdout);
  expect(done + stopped).toBe(3 * 72);
  expect(stopped).toBeGreaterThan(30);
  expect(labels).toBe(40);
}, 120_000);
