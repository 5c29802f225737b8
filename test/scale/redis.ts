/** A real Redis on a free port of this machine. Where there is none it is said loudly; CI refuses. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const executable = process.env["REDIS_SERVER"] ?? "/usr/bin/redis-server";
export const hasRedis = existsSync(executable);
if (!hasRedis) {
  const said = `there is no redis-server at ${executable}`;
  if (process.env["CI"]) throw new Error(`${said}, and CI does not go without`);
  process.stderr.write(`LEFT OUT: ${said}, so the queue is not tried\n`);
}

/** A port nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

export interface RunningRedis {
  readonly url: string;
  readonly port: number;
  /** End it as a power cut would, or politely; start it again on the same port and folder. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  start(): Promise<void>;
  /** Stop its clock: it answers no more, and no connection ends. */
  freeze(): void;
  remove(): Promise<void>;
}

export async function startRedis(...options: string[]): Promise<RunningRedis> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "segmenta-redis-"));
  let child: ChildProcess | undefined;
  const redis: RunningRedis = {
    url: `redis://127.0.0.1:${port}`,
    port,
    async start() {
      const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", ...options];
      child = spawn(executable, args, { stdio: ["ignore", "pipe", "inherit"] });
      const started = child;
      await new Promise<void>((resolve, reject) => {
        let said = "";
        started.stdout!.on("data", (text: Buffer) => {
          said += text;
          if (said.includes("Ready to accept connections")) resolve();
        });
        started.on("exit", () => reject(new Error(`redis-server ended: ${said}`)));
      });
    },
    async stop(signal = "SIGKILL") {
      const stopping = child;
      if (!stopping || stopping.exitCode !== null || stopping.signalCode !== null) return;
      const gone = new Promise((resolve) => stopping.once("exit", resolve));
      stopping.kill(signal);
      await gone;
    },
    freeze() {
      child!.kill("SIGSTOP");
    },
    async remove() {
      await redis.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await redis.start();
  return redis;
}
