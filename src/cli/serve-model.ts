/** The work of `segmenta serve`: check the model, open the port, answer until told to stop. */
import { UserError } from "../core/errors.js";
import {
  loadNgrok,
  logTo,
  openTunnel,
  type RunningServer,
  startServer,
  type Tunnel,
  tunnelAccess,
} from "../serve/index.js";
import type { ServeArguments } from "./commands/serve.js";
import { dashboardOf } from "./dashboard.js";
import { EXIT, type Io } from "./io.js";
import { readModel } from "./read-model.js";

/** Requests a minute and caller, as soon as the world may come in. */
const PER_MINUTE = 600;

/** Serve until the signal comes; returns the exit code. */
export async function serveModel(options: ServeArguments, io: Io): Promise<number> {
  const port = portOf(options.port, io.env["PORT"]);
  const password = options.password ?? io.env["SEGMENTA_PASSWORD"];
  if (password === "") throw emptyPassword(options.password === undefined ? "SEGMENTA_PASSWORD" : "--password");
  const access = options.tunnel ? tunnelAccess(password, io.env["NGROK_AUTHTOKEN"]) : undefined;
  const ngrok = options.tunnel ? await loadNgrok() : undefined;
  const loaded = await readModel(options.model, io);
  const pages = await dashboardOf(loaded.path, options.compare, io);
  let server: RunningServer | undefined;
  let tunnel: Tunnel | undefined;
  try {
    server = await startServer(loaded, {
      host: options.host ?? "127.0.0.1",
      port,
      password,
      perMinute: options.tunnel ? PER_MINUTE : undefined,
      behindProxy: options.tunnel,
      processMetrics: true,
      pages,
      ...logTo(options.log, { write: (line) => io.err(line) }),
    });
    const { model } = loaded;
    // On stdout, where a program that took a free port can read it; the log is on stderr.
    io.out(`serving ${model.name} (${model.segments.length} segments) at ${server.url}\n`);
    if (password === undefined && !isLoopback(options.host)) {
      io.err("note: without a password, everyone who reaches this address may use the model; set SEGMENTA_PASSWORD\n");
    }
    if (access !== undefined && ngrok !== undefined) {
      tunnel = await openTunnel(ngrok, server.url, access);
      io.out(`open to the world, behind the password, at ${tunnel.url}\n`);
    }
    await stopped(io.signal);
  } finally {
    await tunnel?.close();
    await server?.stop();
  }
  io.err("stopped\n");
  return EXIT.good;
}

/** Set but empty is a variable that was never filled: to go on would open what was to be closed. */
function emptyPassword(where: string): UserError {
  return new UserError("BAD_USAGE", {
    what: "the password is empty",
    where,
    mend: "give one, or leave it out to serve without",
  });
}

const isLoopback = (host = "127.0.0.1") => /^(localhost|127(\.\d+){3}|::1|\[::1\])$/.test(host);

function portOf(option: string | undefined, env: string | undefined): number {
  const text = option ?? env ?? "8080";
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  const where = option === undefined ? "PORT" : "--port";
  throw new UserError("BAD_USAGE", {
    what: `${where} must be a whole number from 0 to 65535, got ${JSON.stringify(text)}`,
    where,
    mend: "such as --port 8080",
  });
}

function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
