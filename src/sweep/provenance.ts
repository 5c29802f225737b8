/**
 * Where a run came from: code, packages, machine. Kept in the journal, never in a compared file, because two
 * machines that agree on every number differ here.
 */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { arch, cpus, platform, release } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { sha256 } from "../core/hash.js";

const run = promisify(execFile);

export interface Provenance {
  readonly git: { readonly commit: string; readonly dirty: string | null } | null;
  readonly lockfile: string | null;
  readonly node: string;
  readonly v8: string;
  readonly os: string;
  readonly cpu: string;
  readonly argv: readonly string[];
  readonly at: string;
  readonly [key: string]: unknown;
}

/** Facts of this process and the folder it works in. What cannot be had is null. */
export async function provenance(cwd: string, argv: readonly string[]): Promise<Provenance> {
  return {
    git: await gitState(cwd),
    lockfile: await readFile(join(cwd, "package-lock.json")).then(sha256, () => null),
    node: process.versions.node,
    v8: process.versions.v8,
    os: `${platform()} ${release()} ${arch()}`,
    cpu: cpus()[0]?.model ?? "unknown",
    argv: argv.map(withoutPassword),
    at: new Date().toISOString(),
  };
}

/** What is kept must not hold a secret that an address carries. */
const withoutPassword = (word: string) => word.replace(/\/\/[^@/\s]*@/g, "//…@");

/** The commit, and a hash of what differs from it; null outside a repository. */
async function gitState(cwd: string): Promise<Provenance["git"]> {
  try {
    const options = { cwd, maxBuffer: 64 * 1024 * 1024 };
    const commit = (await run("git", ["rev-parse", "HEAD"], options)).stdout.trim();
    const status = (await run("git", ["status", "--porcelain"], options)).stdout;
    const diff = status === "" ? "" : (await run("git", ["diff", "HEAD"], options)).stdout;
    return { commit, dirty: status === "" ? null : sha256(status + diff) };
  } catch {
    return null;
  }
}
