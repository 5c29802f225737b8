/**
 * Files that are written beside and renamed, so that a reader sees the old one or the new one and never a part.
 *
 * The name of the file beside says who writes it: what a killed process left behind is known by that and removed.
 */
import { randomUUID } from "node:crypto";
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

/** After so long a file beside, of a machine we cannot ask, is left over. */
const FOREIGN_MS = 24 * 3600 * 1000;

const TEMPORARY = /\.(?<host>[^.]*)\.(?<pid>\d+)\.[0-9a-f]{8}\.tmp$/;

/** A machine's name without dots, so that it can stand between dots. */
export const host = hostname().replaceAll(".", "-");

/** `metrics.csv` → `metrics.csv.<host>.<pid>.<random>.tmp` */
export function besideOf(path: string): string {
  return join(dirname(path), `${basename(path)}.${host}.${process.pid}.${randomUUID().slice(0, 8)}.tmp`);
}

/**
 * Write a file whole or not at all, and safe on the disk before it has its name. A link is followed, the rights of an
 * older file stay; a device or a pipe is written straight away.
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const { target, mode } = placeOf(path);
  if (target === undefined) return writeFile(path, content);
  await removeLeftovers(dirname(target), basename(target));
  const beside = besideOf(target);
  try {
    await writeFile(beside, content, { flush: true, mode });
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw error;
  }
}

/** The file to replace in the end, and its rights; no target for a device or a pipe. */
export function placeOf(path: string): { target?: string; mode?: number } {
  const there = statSync(path, { throwIfNoEntry: false });
  if (!there) return { target: path };
  accessSync(path, constants.W_OK);
  if (there.isDirectory()) throw Object.assign(new Error(`${path} is a folder`), { code: "EISDIR" });
  return there.isFile() ? { target: realpathSync(path), mode: there.mode } : {};
}

/** True while the process of that number lives on this machine. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Remove what killed writers left in a folder, or of one file there. What cannot be removed stays where it is. */
export async function removeLeftovers(folder: string, of = ""): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const parts = TEMPORARY.exec(name)?.groups;
    if (!parts || (of !== "" && !name.startsWith(`${of}.${parts["host"]}.`))) continue;
    const path = join(folder, name);
    if (parts["host"] === host ? isAlive(Number(parts["pid"])) : !(await isOld(path))) continue;
    await rm(path, { force: true }).catch(() => {});
  }
}

async function isOld(path: string): Promise<boolean> {
  const facts = await stat(path).catch(() => undefined);
  return facts !== undefined && Date.now() - facts.mtimeMs > FOREIGN_MS;
}
