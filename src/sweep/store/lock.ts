/** One writer at a time where several files must change together. */
import { link, readFile, rm, stat, writeFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { besideOf, host, isAlive } from "./temporary.js";

/** A lock is broken after so long, whoever seems to hold it: what it guards takes milliseconds, and pids come again. */
const LONGEST_MS = 30_000;

/**
 * Do something while holding the lock file `path`. The lock of a process that was killed is broken.
 *
 * It guards nothing that has to be right (each file is renamed into place); it keeps files of two results apart.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  // Written beside and linked, so that a lock is never seen without its owner's name in it.
  const mine = besideOf(path);
  try {
    await writeFile(mine, `${host} ${process.pid}`);
    while (!(await take(mine, path))) {
      if (await isAbandoned(path)) await rm(path, { force: true });
      else await wait(20);
    }
    try {
      return await work();
    } finally {
      await rm(path, { force: true });
    }
  } finally {
    await rm(mine, { force: true }).catch(() => {});
  }
}

async function take(mine: string, path: string): Promise<boolean> {
  try {
    await link(mine, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  try {
    const [owner, pid] = (await readFile(path, "utf8")).split(" ");
    if (owner === host && !isAlive(Number(pid))) return true;
    // When it was linked, not when it was written: its owner may have waited for it.
    return Date.now() - (await stat(path)).ctimeMs > LONGEST_MS;
  } catch {
    return false;
  }
}
