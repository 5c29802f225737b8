/**
 * A Jupyter client without Python: starts a kernel from its kernelspec, asks it things, ends it.
 *
 * The traps, each met by running: a PUB socket drops what it sends before a subscriber has joined; a request is
 * finished only when its reply *and* the `idle` status have come; a kernel that dies answers nothing.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../core/errors.js";
import { loadOptional, locateOptional } from "./optional.js";
import { createWire, type Message, type Wire } from "./wire.js";

/** The folder that goes on `JUPYTER_PATH`: it holds `kernels/segmenta`. */
export const jupyterPath: string = fileURLToPath(new URL("../../notebooks/jupyter", import.meta.url));

/** How the kernel ended, with the last it wrote outside any cell. */
export class KernelDied extends Error {
  constructor(how: string, lastWords: string) {
    super(`the kernel ended ${how}${lastWords ? `\n${lastWords}` : ""}`);
    this.name = "KernelDied";
  }
}

/** One end of a socket pair; the few things of zeromq that are used here. */
interface Socket extends AsyncIterable<Uint8Array[]> {
  connect(address: string): void;
  close(): void;
}
interface Zeromq {
  readonly Dealer: new (options: object) => Socket & { send(frames: string[]): Promise<void> };
  readonly Subscriber: new (options: object) => Socket & { subscribe(): void };
}

export interface KernelOptions {
  /** Working directory: cells resolve imports and files from here. */
  readonly cwd: string;
  /** The folder of the kernelspec; ours if left out. */
  readonly kernelFolder?: string;
  /** How long to wait for the first answer. */
  readonly startSeconds?: number;
  readonly env?: NodeJS.ProcessEnv;
}

export interface Kernel {
  readonly pid: number;
  /**
   * Ask, hear all that is published meanwhile, and resolve with the reply when the kernel is idle again.
   *
   * @throws KernelDied
   */
  request(type: string, content: unknown, hear?: (message: Message) => void): Promise<Message>;
  /** What Ctrl-C in a page does. */
  interrupt(): void;
  kill(): void;
  /** End it politely, then by force; never throws. */
  stop(): Promise<void>;
}

/** @throws UserError `MISSING_OPTIONAL` without zeromq or tslab, `NOT_FOUND` without the kernelspec */
export async function startKernel(options: KernelOptions): Promise<Kernel> {
  try {
    return await startOnce(options);
  } catch (error) {
    // Its ports were free when they were chosen; another process may have been quicker to take one.
    if (error instanceof NoAnswer) return startOnce(options);
    throw error;
  }
}

class NoAnswer extends Error {}

async function startOnce(options: KernelOptions): Promise<Kernel> {
  const zeromq = loadOptional<Zeromq>("zeromq", "running a notebook");
  locateOptional("tslab/package.json", "running a notebook");
  const folder = await mkdtemp(path.join(tmpdir(), "segmenta-kernel-"));
  let child: ChildProcess | undefined;
  const sockets: Socket[] = [];
  const release = async () => {
    for (const socket of sockets) socket.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const key = randomUUID();
    const [shellPort, iopubPort, stdinPort, controlPort, heartbeatPort] = await freePorts(5);
    const connectionFile = path.join(folder, "connection.json");
    const connection = {
      transport: "tcp",
      ip: "127.0.0.1",
      shell_port: shellPort,
      iopub_port: iopubPort,
      stdin_port: stdinPort,
      control_port: controlPort,
      hb_port: heartbeatPort,
      signature_scheme: "hmac-sha256",
      key,
      kernel_name: "segmenta",
    };
    await writeFile(connectionFile, JSON.stringify(connection), { mode: 0o600 });
    const [command, ...args] = await kernelCommand(options.kernelFolder, connectionFile);
    child = spawn(command!, args, {
      cwd: options.cwd,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...options.env },
    });
    const life = watchLife(child);
    const shell = new zeromq.Dealer({ linger: 0 });
    const iopub = new zeromq.Subscriber({ linger: 0, receiveHighWaterMark: 0 });
    sockets.push(shell, iopub);
    shell.connect(`tcp://127.0.0.1:${shellPort}`);
    iopub.connect(`tcp://127.0.0.1:${iopubPort}`);
    iopub.subscribe();
    const { ask, close } = conversation(shell, iopub, createWire(key), life);
    const kernel = clientOf(child, ask, life, async () => {
      close();
      await release();
    });
    await waitUntilReady(kernel, options.startSeconds ?? 60);
    return kernel;
  } catch (error) {
    child?.kill("SIGKILL");
    await release();
    throw error;
  }
}

/** Is the kernel alive, how did it end, what did it say outside cells? */
interface Life {
  readonly ended: Promise<KernelDied>;
  readonly exited: Promise<void>;
}

function watchLife(child: ChildProcess): Life {
  let lastWords = "";
  const listen = (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString("utf8")).slice(-2000);
  };
  child.stdout?.on("data", listen);
  child.stderr?.on("data", listen);
  let resolveExit = () => {};
  const exited = new Promise<void>((resolve) => {
    resolveExit = resolve;
  });
  const ended = new Promise<KernelDied>((resolve) => {
    child.once("error", (error) => {
      resolve(new KernelDied(`before it began: ${error.message}`, ""));
      resolveExit();
    });
    child.once("close", (code, signal) => {
      resolve(new KernelDied(signal ? `by ${signal}` : `with exit code ${code}`, lastWords.trim()));
      resolveExit();
    });
  });
  return { ended, exited };
}

type Ask = Kernel["request"];

/** Requests go out on the shell socket; answers are sorted by the request they belong to. */
function conversation(
  shell: InstanceType<Zeromq["Dealer"]>,
  iopub: Socket,
  wire: Wire,
  life: Life,
): { ask: Ask; close: () => void } {
  const replies = new Map<string, (message: Message) => void>();
  const listeners = new Map<string, (message: Message) => void>();
  let open = true;
  const read = async (socket: Socket, receivers: Map<string, (message: Message) => void>) => {
    try {
      for await (const frames of socket) {
        const message = wire.decode(frames);
        receivers.get(message.parent_header.msg_id ?? "")?.(message);
      }
    } catch (error) {
      // A socket closed while it waits throws; while the kernel is in use that would be a fault.
      if (open) throw error;
    }
  };
  void read(shell, replies);
  void read(iopub, listeners);
  const ask: Ask = async (type, content, hear = () => {}) => {
    const { id, frames } = wire.encode(type, content);
    const reply = new Promise<Message>((resolve) => replies.set(id, resolve));
    const idle = new Promise<void>((resolve) => {
      listeners.set(id, (message) => {
        if (message.header.msg_type !== "status") hear(message);
        else if (message.content["execution_state"] === "idle") resolve();
      });
    });
    try {
      await shell.send(frames);
      const answer = await Promise.race([Promise.all([reply, idle]), life.ended]);
      if (answer instanceof KernelDied) throw answer;
      return answer[0];
    } finally {
      replies.delete(id);
      listeners.delete(id);
    }
  };
  return {
    ask,
    close: () => {
      open = false;
    },
  };
}

function clientOf(child: ChildProcess, ask: Ask, life: Life, release: () => Promise<void>): Kernel {
  return {
    pid: child.pid ?? -1,
    request: ask,
    interrupt: () => void child.kill("SIGINT"),
    kill: () => void child.kill("SIGKILL"),
    async stop() {
      const force = setTimeout(() => child.kill("SIGKILL"), 3000);
      if (child.exitCode === null && child.signalCode === null) {
        // The reply may be lost with the kernel; its end is what counts.
        ask("shutdown_request", { restart: false }).catch(() => {});
      }
      await life.exited;
      clearTimeout(force);
      await release();
    },
  };
}

/** A PUB socket joins late: ask until the `idle` of the question itself is heard. */
async function waitUntilReady(kernel: Kernel, seconds: number): Promise<void> {
  const until = Date.now() + seconds * 1000;
  while (Date.now() < until) {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<"late">((resolve) => {
      timer = setTimeout(resolve, 1000, "late");
    });
    const question = kernel.request("kernel_info_request", {});
    question.catch(() => {});
    const answer = await Promise.race([question, patience]);
    clearTimeout(timer);
    if (answer !== "late") return;
  }
  throw new NoAnswer(`the kernel did not answer within ${seconds} s`);
}

/** The command line of the kernelspec; `node` is the Node that runs this. */
async function kernelCommand(folder: string | undefined, connectionFile: string): Promise<string[]> {
  const resources = folder ?? path.join(jupyterPath, "kernels", "segmenta");
  let spec: { argv: string[] };
  try {
    spec = JSON.parse(await readFile(path.join(resources, "kernel.json"), "utf8")) as { argv: string[] };
  } catch (cause) {
    throw new UserError("NOT_FOUND", {
      what: "the notebook kernel is not here",
      where: path.join(resources, "kernel.json"),
      mend: "run notebooks from a clone of the repository, where the kernel lies in notebooks/jupyter",
      cause,
    });
  }
  return spec.argv.map((word) => {
    if (word === "node") return process.execPath;
    return word.replaceAll("{resource_dir}", resources).replaceAll("{connection_file}", connectionFile);
  });
}

/** Ports nobody listens on just now. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<Server>((resolve, reject) => {
          const server = createServer();
          server.once("error", reject);
          server.listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
