/**
 * A full disk and a read-only folder, for real. Mounting needs root, which CI has; elsewhere the test says loudly that
 * it could not be had, and under CI it fails.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { fitCounts, leftovers, segmenta, start, tables, workFolder } from "./processes.js";

const isRoot = process.getuid?.() === 0;
const mounted: string[] = [];

/** A file system of so many kilobytes; null where none may be mounted. */
function smallDisk(path: string, kilobytes: number): string | null {
  mkdirSync(path, { recursive: true });
  if (isRoot) {
    const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", path]);
    if (status === 0) {
      mounted.push(path);
      return path;
    }
  }
  const why = isRoot ? "this machine lets nobody mount" : "mounting needs root";
  if (process.env["CI"]) throw new Error(`the full-disk test must run in CI, but ${why}`);
  console.warn(`\n!!! NOT TESTED: a full disk, since ${why}\n`);
  return null;
}

afterEach(() => {
  for (const path of mounted.splice(0)) execFileSync("umount", ["-l", path]);
});

describe("a disk that fills up", () => {
  test.each([150, 400])("during the fits (%i kB): 2, and what was finished is kept", async (kilobytes) => {
    const root = workFolder();
    const disk = smallDisk(join(root, "disk"), kilobytes);
    if (disk === null) return;
    const ran = await segmenta(root, "run", "small", "--out", "disk/results");
    expect(ran.err).toContain("NOT_WRITABLE");
    expect(ran.err).toContain("no space left on the disk");
    expect(ran.code).toBe(2);
    const kept = fitCounts(root, "disk/results").size;
    expect(kept).toBeGreaterThan(0);
    expect(Object.keys(tables(root, "disk/results"))).toEqual([]);

    execFileSync("mount", ["-o", "remount,size=50m", disk]);
    expect((await segmenta(root, "run", "small", "--out", "disk/results")).code).toBe(0);
    await segmenta(root, "run", "small", "--out", "whole");
    expect(tables(root, "disk/results")).toEqual(tables(root, "whole"));
    expect(leftovers(root)).toEqual([]);
    expect(Math.max(...fitCounts(root, "disk/results").values())).toBe(1);
  });

  test("while the tables are written: the older ones stay whole", async () => {
    const root = workFolder();
    const disk = smallDisk(join(root, "disk"), 20_000);
    if (disk === null) return;
    const out = ["--out", "disk/results"];
    expect((await segmenta(root, "run", "small", "seeds=1", ...out)).code).toBe(0);
    const older = tables(root, "disk/results");
    // Fit all, with the tables of before put back; then leave no room for new ones.
    await segmenta(root, "run", "small", ...out);
    for (const [name, text] of Object.entries(older)) writeFileSync(join(disk, "results", name), text);
    fill(disk);
    const ran = await segmenta(root, "run", "small", ...out);
    expect(ran.err).toContain("no space left on the disk");
    expect(ran.code).toBe(2);
    expect(tables(root, "disk/results")).toEqual(older);
    expect(leftovers(root)).toEqual([]);
    rmSync(join(disk, "filler"));
    expect((await segmenta(root, "run", "small", ...out)).code).toBe(0);
    expect(tables(root, "disk/results")).not.toEqual(older);
  });

  function fill(disk: string): void {
    spawnSync("dd", ["if=/dev/zero", `of=${join(disk, "filler")}`, "bs=4k"]);
    expect(statSync(join(disk, "filler")).size).toBeGreaterThan(0);
  }
});

test("a folder that may not be written: 2, and nothing in it changed", async () => {
  const root = workFolder();
  await segmenta(root, "run", "small", "seeds=1");
  const older = tables(root);
  // Root may write anywhere, so it becomes nobody.
  const nobody = 65534;
  for (const path of [root, join(root, "results"), join(root, "results/small"), join(root, "results/small/.runs")]) {
    chmodSync(path, 0o555);
  }
  chmodSync(join(root, "results/small/.runs/blobs"), 0o555);
  const ran = await start(root, ["run", "small"], isRoot ? { uid: nobody } : {}).ended;
  for (const path of [root, join(root, "results"), join(root, "results/small"), join(root, "results/small/.runs")]) {
    chmodSync(path, 0o755);
  }
  chmodSync(join(root, "results/small/.runs/blobs"), 0o755);
  expect(ran.err).toContain("NOT_WRITABLE");
  expect(ran.err).toContain("permission denied");
  expect(ran.code).toBe(2);
  expect(tables(root)).toEqual(older);
  expect(readFileSync(join(root, "results/small/summary.md"), "utf8")).toBe(older["summary.md"]);
});

test("a run that finds everything stored needs no right to write", async () => {
  const root = workFolder();
  await segmenta(root, "run", "small", "seeds=1");
  chmodSync(root, 0o755);
  const ran = await start(root, ["run", "small", "seeds=1"], isRoot ? { uid: 65534 } : {}).ended;
  expect(ran.err + ran.out).toContain("Written to results/small");
  expect(ran.code).toBe(0);
});
