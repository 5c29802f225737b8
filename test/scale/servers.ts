/**
 * Real servers for the tests: Debian's Postgres and ClickHouse, on free loopback ports, in folders of their own, stopped
 * by the id of the process. Where one is not installed it is said loudly; CI refuses.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const postgresBin = newestPostgres();
const clickhouseServer = ["/usr/bin/clickhouse-server", "/usr/sbin/clickhouse-server"].find((path) => existsSync(path));

export const hasPostgres = found(postgresBin !== undefined, "Postgres (package postgresql)");
export const hasClickHouse = found(clickhouseServer !== undefined, "ClickHouse (package clickhouse-server)");

function found(there: boolean, what: string): boolean {
  if (there) return true;
  if (process.env["CI"]) throw new Error(`there is no ${what}, and CI does not go without`);
  process.stderr.write(`LEFT OUT: there is no ${what}, so its engine is not tried\n`);
  return false;
}

function newestPostgres(): string | undefined {
  const root = "/usr/lib/postgresql";
  if (!existsSync(root)) return undefined;
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(root, version, "bin")).find((bin) => existsSync(join(bin, "initdb")));
}

export interface Server {
  readonly port: number;
  readonly pid: number;
  /** End it as a crash would. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Ports that nobody listens on; of the loopback address. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once("listening", resolve))));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function until(what: string, isReady: () => Promise<boolean>, child: ChildProcess, log: () => string) {
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) throw new Error(`${what} ended with ${child.exitCode}: ${log()}`);
    if (await isReady().catch(() => false)) return;
    await wait(100);
  }
  throw new Error(`${what} does not answer: ${log()}`);
}

function stopper(child: ChildProcess, folder: string, signal: NodeJS.Signals) {
  const end = async (how: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill(how);
      await gone;
    }
  };
  return {
    kill: () => end("SIGKILL"),
    async stop() {
      await end(signal);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The user that Debian made for Postgres, which does not run as root; nobody where there is none. */
function servant(): { uid: number; gid: number } | undefined {
  if (process.getuid!() !== 0) return undefined;
  for (const name of ["postgres", "nobody"]) {
    try {
      const id = (flag: string) => Number(execFileSync("id", [flag, name], { stdio: ["ignore", "pipe", "ignore"] }));
      return { uid: id("-u"), gid: id("-g") };
    } catch {
      // Try the next one.
    }
  }
  throw new Error("Postgres does not run as root, and there is no other user");
}

/** A cluster with the user `analyst` and a password. */
export async function startPostgres(password: string): Promise<Server & { readonly url: string }> {
  const folder = mkdtempSync(join(tmpdir(), "segmenta-postgres-"));
  const [port] = await freePorts(1);
  const as = servant();
  const secret = join(folder, "password");
  writeFileSync(secret, password);
  if (as) {
    for (const path of [folder, secret]) chownSync(path, as.uid, as.gid);
  }
  const data = join(folder, "data");
  const options = { ...as, cwd: folder, env: { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8", HOME: folder } };
  execFileSync(
    join(postgresBin!, "initdb"),
    ["-D", data, "-U", "analyst", "--auth=scram-sha-256", `--pwfile=${secret}`, "--no-sync", "-E", "UTF8"],
    { ...options, stdio: "pipe" },
  );
  const settings = ["fsync=off", "listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`];
  const args = ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])];
  const child = spawn(join(postgresBin!, "postgres"), args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      said += chunk;
    });
  }
  const ready = async () => said.includes("database system is ready to accept connections");
  await until("Postgres", ready, child, () => said);
  const url = `postgres://analyst@127.0.0.1:${port}/postgres`;
  return { port: port!, pid: child.pid!, url, ...stopper(child, folder, "SIGINT") };
}

/** Two servers that know each other as the two shards of the cluster `pair`; the first is asked. */
export async function startClickHousePair(
  password: string,
): Promise<{ readonly shards: readonly [Server, Server]; readonly url: string; stop(): Promise<void> }> {
  const ports = await freePorts(6);
  const [tcp0, tcp1] = [ports[0]!, ports[1]!];
  const start = async (at: 0 | 1): Promise<Server> => {
    const folder = mkdtempSync(join(tmpdir(), `segmenta-clickhouse-${at}-`));
    chmodSync(folder, 0o755);
    const [tcp, http, inter] = [ports[at]!, ports[2 + at]!, ports[4 + at]!];
    for (const name of ["data", "tmp", "formats", "user_files"]) mkdirSync(join(folder, name));
    const replica = (port: number) =>
      `<shard><replica><host>127.0.0.1</host><port>${port}</port><user>analyst</user><password>${password}</password></replica></shard>`;
    writeFileSync(
      join(folder, "config.xml"),
      `<yandex>
        <logger><level>warning</level><log>${folder}/log</log><errorlog>${folder}/errors</errorlog></logger>
        <listen_host>127.0.0.1</listen_host>
        <http_port>${http}</http_port><tcp_port>${tcp}</tcp_port><interserver_http_port>${inter}</interserver_http_port>
        <path>${folder}/data/</path><tmp_path>${folder}/tmp/</tmp_path>
        <user_files_path>${folder}/user_files/</user_files_path><format_schema_path>${folder}/formats/</format_schema_path>
        <users_config>users.xml</users_config><default_profile>default</default_profile><default_database>default</default_database>
        <mark_cache_size>100000000</mark_cache_size><timezone>UTC</timezone>
        <remote_servers><pair>${replica(tcp0)}${replica(tcp1)}</pair></remote_servers>
      </yandex>`,
    );
    writeFileSync(
      join(folder, "users.xml"),
      `<yandex>
        <profiles><default></default></profiles>
        <quotas><default></default></quotas>
        <users><analyst><password>${password}</password><networks><ip>127.0.0.1</ip></networks>
          <profile>default</profile><quota>default</quota></analyst></users>
      </yandex>`,
    );
    const child = spawn(clickhouseServer!, [`--config-file=${join(folder, "config.xml")}`], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        said += chunk;
      });
    }
    const ready = async () => (await fetch(`http://127.0.0.1:${http}/ping`)).ok;
    await until("ClickHouse", ready, child, () => said);
    return { port: http, pid: child.pid!, ...stopper(child, folder, "SIGTERM") };
  };
  const shards = [await start(0), await start(1)] as const;
  return {
    shards,
    url: `http://analyst@127.0.0.1:${shards[0].port}/default`,
    async stop() {
      for (const shard of shards) await shard.stop();
    },
  };
}

/** Send statements to one ClickHouse server. */
export async function tellClickHouse(port: number, password: string, sql: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/`, {
    method: "POST",
    headers: { "X-ClickHouse-User": "analyst", "X-ClickHouse-Key": password },
    body: sql,
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}
