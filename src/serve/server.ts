/** The app on a port: time limits against slow senders, and an end in which requests in flight are answered. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { UserError } from "../core/errors.js";
import type { LoadedModel } from "../pipeline/index.js";
import { type AppOptions, createApp } from "./app.js";
import { defaultTimeouts, type Timeouts } from "./limits.js";

export interface ServerOptions extends AppOptions {
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port?: number;
  readonly timeouts?: Partial<Timeouts>;
  /** More connections at once than this are refused. */
  readonly maxConnections?: number;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Take no new connections, let requests in flight end (within `stopMs`), close. Calling it again is harmless. */
  stop(): Promise<void>;
}

/**
 * Open the port. The model was checked when it was loaded: schema, hash, golden rows.
 *
 * @throws UserError `PORT_TAKEN` when another program has it; `BAD_USAGE` for a host or port that cannot be had
 */
export async function startServer(loaded: LoadedModel, options: ServerOptions = {}): Promise<RunningServer> {
  const { host = "127.0.0.1", port = 8080, maxConnections = 10_000 } = options;
  const timeouts: Timeouts = { ...defaultTimeouts, ...options.timeouts };
  let stopping: Promise<void> | undefined;
  const app = createApp(loaded, { ...options, isReady: () => stopping === undefined });
  const answer = getRequestListener(app.fetch, { hostname: host });
  const server = createServer(
    {
      headersTimeout: timeouts.headersMs,
      requestTimeout: timeouts.requestMs,
      keepAliveTimeout: timeouts.keepAliveMs,
      connectionsCheckingInterval: Math.min(1_000, timeouts.headersMs),
      maxHeaderSize: 16 * 1024,
    },
    (request, response) => {
      if (stopping !== undefined) response.setHeader("connection", "close");
      void answer(request, response);
    },
  );
  server.maxConnections = maxConnections;
  await listen(server, host, port);
  const address = server.address() as AddressInfo;
  const shown = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return {
    url: `http://${shown}:${address.port}`,
    port: address.port,
    stop: () => (stopping ??= close(server, timeouts.stopMs)),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port)));
    server.listen({ host, port, exclusive: true }, () => resolve());
  });
}

function cannotListen(cause: NodeJS.ErrnoException, host: string, port: number): unknown {
  if (cause.code === "EADDRINUSE") {
    return new UserError("PORT_TAKEN", {
      what: `port ${port} of ${host} is taken by another program`,
      where: "--port",
      mend: "stop that program, or choose another port, such as --port 8081",
      cause,
    });
  }
  if (cause.code === undefined) return cause;
  const denied = cause.code === "EACCES";
  return new UserError("BAD_USAGE", {
    what: denied ? `this user may not open port ${port}` : `cannot listen on ${host}: ${cause.code}`,
    where: denied ? "--port" : "--host",
    mend: denied ? "choose a port above 1023" : "127.0.0.1 is this machine alone, 0.0.0.0 every network it is in",
    cause,
  });
}

/** Idle connections go at once, and each busy one when its answer is out; after `withinMs` all. */
async function close(server: Server, withinMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const last = setTimeout(() => server.closeAllConnections(), withinMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(last);
}
