/** A real array job under a real Slurm: a controller and one node of this machine, in a folder of their own. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { dist, segmenta, tables, workFolder } from "../sweep/processes.js";
import { freePort } from "./redis.js";

const programs = ["/usr/sbin/slurmctld", "/usr/sbin/slurmd", "/usr/sbin/munged", "/usr/bin/sbatch"];
const absent = programs.filter((path) => !existsSync(path));
const isRoot = process.getuid?.() === 0;
const hasSlurm = absent.length === 0 && isRoot;
if (!hasSlurm) {
  const said = absent.length > 0 ? `there is no ${absent.join(", ")}` : "Slurm's daemons want to be started as root";
  if (process.env["CI"]) throw new Error(`${said}, and CI does not go without`);
  process.stderr.write(`LEFT OUT: ${said}, so array jobs are not tried under Slurm\n`);
}

const until = (holds: () => boolean, timeout: number) =>
  vi.waitFor(() => expect(holds()).toBe(true), { timeout, interval: 300 });

describe.runIf(hasSlurm)("Slurm", () => {
  let folder: string;
  const children: ChildProcess[] = [];
  const env = () => ({ PATH: process.env["PATH"], HOME: folder, SLURM_CONF: join(folder, "slurm.conf") });
  const ask = (command: string, ...args: string[]) =>
    execFileSync(command, args, { env: env(), encoding: "utf8", cwd: folder });

  const daemon = (name: string, ...args: string[]) => {
    const child = spawn(name, args, { env: env(), stdio: ["ignore", "ignore", "pipe"], cwd: folder });
    let said = "";
    child.stderr!.on("data", (text: Buffer) => {
      said += text;
    });
    child.on("exit", (code) => {
      if (code) process.stderr.write(`${name} ended with ${code}: ${said.slice(-2000)}\n`);
    });
    children.push(child);
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "segmenta-slurm-"));
    chmodSync(folder, 0o755);
    for (const name of ["state", "spool", "log"]) mkdirSync(join(folder, name));
    writeFileSync(join(folder, "munge.key"), randomBytes(64), { mode: 0o400 });
    const host = hostname().split(".")[0];
    const [controller, node] = [await freePort(), await freePort()];
    writeFileSync(
      join(folder, "slurm.conf"),
      `ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${controller}
SlurmdPort=${node}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=${folder}/munge.socket
CredType=cred/munge
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldLogFile=${folder}/log/slurmctld.log
SlurmdLogFile=${folder}/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,batch_sched_delay=0
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
`,
    );
    daemon(
      "/usr/sbin/munged",
      "--foreground",
      "--force",
      `--key-file=${folder}/munge.key`,
      `--socket=${folder}/munge.socket`,
      `--pid-file=${folder}/munged.pid`,
      `--log-file=${folder}/log/munged.log`,
      `--seed-file=${folder}/munged.seed`,
    );
    await until(() => existsSync(join(folder, "munge.socket")), 10_000);
    daemon("/usr/sbin/slurmctld", "-D", "-f", join(folder, "slurm.conf"));
    daemon("/usr/sbin/slurmd", "-D", "-f", join(folder, "slurm.conf"), "-N", host!);
    const state = () => {
      try {
        return ask("sinfo", "-h", "-o", "%T");
      } catch (error) {
        return String(error);
      }
    };
    await until(() => state().includes("idle"), 60_000);
  }, 90_000);

  afterAll(async () => {
    for (const child of children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
      await gone;
      clearTimeout(timer);
    }
    rmSync(folder, { recursive: true, force: true });
  });

  test("an array job takes its shard from the scheduler, and the merged tables are those of one machine", async () => {
    const alone = workFolder();
    expect((await segmenta(alone, "run", "small")).code).toBe(0);

    const root = workFolder();
    // As docs/scaling.md has it, with the command by its path.
    const script = join(root, "sweep.sbatch");
    writeFileSync(
      script,
      `#!/bin/bash
#SBATCH --array=1-3
#SBATCH --cpus-per-task=1
cd ${root}
${process.execPath} ${dist}cli/main.js run small --shard auto --jobs 1 --out shards/$SLURM_ARRAY_TASK_ID
echo $? > shards/$SLURM_ARRAY_TASK_ID.code
`,
    );
    mkdirSync(join(root, "shards"));
    ask("sbatch", `--output=${root}/shards/%a.log`, script);
    const code = (n: number) => {
      const path = join(root, "shards", `${n}.code`);
      return existsSync(path) ? readFileSync(path, "utf8").trim() : "";
    };
    await expect.poll(() => [1, 2, 3].map(code), { timeout: 120_000, interval: 500 }).toEqual(["0", "0", "0"]);
    for (const n of [1, 2, 3]) {
      expect(readFileSync(join(root, "shards", `${n}.log`), "utf8")).toMatch(
        new RegExp(`shard ${n}/3: (\\d+) of \\1 trials`),
      );
    }
    const merged = await segmenta(root, "merge", "small", "shards/1", "shards/2", "shards/3");
    expect(merged.code, merged.err).toBe(0);
    expect(tables(root)).toEqual(tables(alone));
  }, 240_000);
});
