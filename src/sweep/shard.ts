/**
 * Sharding: n machines each fit their part of one plan; `merge` joins their journals.
 *
 * Which trial is whose follows from the plan alone, so shards need not know of each other. Trials that share work
 * (the k of one algorithm on one space) stay together.
 */
import { UserError } from "../core/errors.js";
import { fitTasks, type Plan } from "./plan.js";

export interface Shard {
  /** 1 … count. */
  readonly index: number;
  readonly count: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Where schedulers say which part a process is: how to read index (from 1) and count from the environment. */
const schedulers: readonly { readonly name: string; read(env: Environment): Partial<Shard> | undefined }[] = [
  {
    name: "SLURM_ARRAY_TASK_ID",
    read(env) {
      const id = whole(env["SLURM_ARRAY_TASK_ID"]);
      if (id === undefined) return undefined;
      // Arrays start anywhere (--array=0-3, --array=1-4) and may have a step (--array=0-6:2).
      const first = whole(env["SLURM_ARRAY_TASK_MIN"]);
      const last = whole(env["SLURM_ARRAY_TASK_MAX"]);
      const step = whole(env["SLURM_ARRAY_TASK_STEP"]) ?? 1;
      if (first === undefined) return {};
      const reach = last === undefined ? undefined : Math.floor((last - first) / step) + 1;
      const count = whole(env["SLURM_ARRAY_TASK_COUNT"]) ?? reach;
      return { index: (id - first) / step + 1, ...(count === undefined ? {} : { count }) };
    },
  },
  // Kubernetes says the index of an indexed job, from 0, and not how many there are.
  { name: "JOB_COMPLETION_INDEX", read: (env) => fromZero(env, "JOB_COMPLETION_INDEX") },
  { name: "CI_NODE_INDEX", read: (env) => fromOne(env, "CI_NODE_INDEX", "CI_NODE_TOTAL") },
  { name: "CIRCLE_NODE_INDEX", read: (env) => fromZero(env, "CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL") },
  { name: "SEGMENTA_SHARD_INDEX", read: (env) => fromOne(env, "SEGMENTA_SHARD_INDEX", "SEGMENTA_SHARD_COUNT") },
];

const whole = (text: string | undefined) => (text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined);

function fromZero(env: Environment, index: string, count?: string): Partial<Shard> | undefined {
  const at = whole(env[index]);
  return at === undefined ? undefined : { ...fromOne(env, index, count), index: at + 1 };
}

function fromOne(env: Environment, index: string, count?: string): Partial<Shard> | undefined {
  const at = whole(env[index]);
  const of = count === undefined ? undefined : whole(env[count]);
  return at === undefined ? undefined : { index: at, ...(of === undefined ? {} : { count: of }) };
}

/**
 * Read `--shard`: `2/4`; `auto/4`, the index from the scheduler; `auto`, both from it.
 *
 * @throws UserError `BAD_USAGE` when it is none of these, or the environment does not say
 */
export function parseShard(text: string, env: Environment): Shard {
  const [, first, given] = /^(\d+|auto)(?:\/(\d+))?$/.exec(text) ?? [];
  if (first === undefined || (first !== "auto" && given === undefined)) {
    throw bad(`--shard must be i/n, auto/n or auto, got ${JSON.stringify(text)}`, "such as --shard 2/4");
  }
  const count = given === undefined ? undefined : Number(given);
  if (first !== "auto") return requireShard({ index: Number(first), count: count! }, text);
  const found = schedulers.map(({ name, read }) => ({ name, ...read(env) })).find(({ index }) => index !== undefined);
  const where = schedulers.map(({ name }) => name).join(", ");
  if (!found) throw bad(`--shard ${text}, but no scheduler says which shard this is`, `looked for ${where}`);
  const all = count ?? found.count;
  if (all === undefined) {
    throw bad(`${found.name} says which shard this is, but not of how many`, `write --shard auto/n with their number`);
  }
  return requireShard({ index: found.index!, count: all }, `${text} (${found.name})`);
}

function requireShard(shard: Shard, text: string): Shard {
  const { index, count } = shard;
  if (Number.isInteger(index) && index >= 1 && index <= count) return shard;
  throw bad(`there is no shard ${index} of ${count} (--shard ${text})`, "shards are counted from 1 to n");
}

const bad = (what: string, mend: string) => new UserError("BAD_USAGE", { what, where: "command line", mend });

/** The shard, 1 … count, of each trial of a plan, by key. */
export function shardsOf(plan: Plan, count: number): Map<string, number> {
  const shards = new Map<string, number>();
  fitTasks(plan.trials).forEach((task, i) => {
    for (const trial of task.trials) shards.set(trial.key, (i % count) + 1);
  });
  return shards;
}
