/** A connection to Redis for BullMQ, or words about why there is none. Both packages are optional. */
import type { Redis } from "ioredis";
import { UserError } from "../../core/errors.js";

/** A URL as it may be shown: without user and password. */
export function shownUrl(url: string): string {
  return url.replace(/\/\/[^@/]*@/, "//");
}

/** How long the first answer may take, in milliseconds. */
const PATIENCE = 5000;

/**
 * The packages that a queue needs.
 *
 * @throws UserError `MISSING_OPTIONAL`
 */
export async function loadBullmq(): Promise<{ bullmq: typeof import("bullmq"); Client: typeof Redis }> {
  try {
    const [bullmq, { Redis: Client }] = await Promise.all([import("bullmq"), import("ioredis")]);
    return { bullmq, Client };
  } catch (cause) {
    throw new UserError("MISSING_OPTIONAL", {
      what: "a queue needs the packages bullmq and ioredis, which are not installed",
      where: "command line, --queue",
      mend: "npm install bullmq ioredis",
      cause,
    });
  }
}

/**
 * Connect, sign in, and see that Redis keeps what it is given.
 *
 * @param url - `redis://[user:password@]host:port[/database]`, or `rediss://`
 * @throws UserError `BAD_USAGE` for a URL that is none, a server that does not answer, a wrong password, or a
 *   server that throws keys away when it is full
 */
export async function connect(Client: typeof Redis, url: string): Promise<Redis> {
  const shown = shownUrl(url);
  const bad = (what: string, mend: string, cause?: unknown) =>
    new UserError("BAD_USAGE", { what, where: `the queue at ${shown}`, mend, cause });
  if (!/^rediss?:\/\/[^/]/.test(url)) {
    throw bad(`"${shown}" is no address of Redis`, "redis://host:6379, or rediss://user:password@host:6379/0");
  }
  // BullMQ asks for null: a command waits for the connection to come back rather than fail.
  const client = new Client(url, { lazyConnect: true, maxRetriesPerRequest: null, connectTimeout: PATIENCE });
  let last: Error | undefined;
  client.on("error", (error) => {
    last = error;
  });
  const timer = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error("no answer in time")), PATIENCE).unref();
  });
  let policy: string | undefined;
  try {
    await Promise.race([client.connect(), timer]);
    await Promise.race([client.ping(), timer]);
    // Not every server lets its settings be read.
    const memory = await Promise.race([client.config("GET", "maxmemory*").catch(() => []), timer]);
    policy = evicting(memory as string[]);
  } catch (error) {
    client.disconnect();
    const cause = last ?? (error as Error);
    const message = cause.message.replace(/^(ERR|WRONGPASS|NOAUTH) /, "");
    if (/WRONGPASS|NOAUTH|invalid password|invalid username/i.test(cause.message)) {
      throw bad(
        `Redis refuses the sign-in: ${message}`,
        "put user and password into the URL: redis://user:password@host:port",
        cause,
      );
    }
    throw bad(
      `Redis does not answer: ${message}`,
      "start it (redis-server --port 6379), or check host and port",
      cause,
    );
  }
  if (policy !== undefined) {
    client.disconnect();
    throw bad(
      `Redis would throw jobs away when its memory is full (maxmemory-policy ${policy})`,
      "redis-cli config set maxmemory-policy noeviction",
    );
  }
  return client;
}

/** The policy by which a server with a memory limit loses keys; undefined where it loses none. */
function evicting(answer: readonly string[]): string | undefined {
  const value = (name: string) => answer[answer.indexOf(name) + 1];
  if (!answer.includes("maxmemory") || value("maxmemory") === "0") return undefined;
  const policy = value("maxmemory-policy");
  return policy === "noeviction" ? undefined : policy;
}
