/** The work of `segmenta lab`: one built page, with the headers that give it shared memory. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../core/errors.js";
import { notWritable } from "../sweep/store/file-store.js";
import type { LabArguments } from "./commands/lab.js";
import { EXIT, type Io, pathFrom } from "./io.js";

/** Isolated, so that its workers share memory; everything else is said by the policy in the page itself. */
const headers = {
  "content-type": "text/html; charset=utf-8",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-cache",
};

/** Serve until the signal comes, or write the page; returns the exit code. */
export async function serveLab(options: LabArguments, io: Io): Promise<number> {
  const page = await builtPage();
  if (options.out !== undefined) {
    const folder = pathFrom(io, options.out);
    try {
      await mkdir(folder, { recursive: true });
      for (const name of ["index.html", "segmenta-lab.html"]) await writeFile(join(folder, name), page);
    } catch (error) {
      throw notWritable(options.out, error);
    }
    io.out(`written: ${options.out}/index.html (${(page.length / 1e6).toFixed(1)} MB; it needs no network)\n`);
    return EXIT.good;
  }
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://lab");
    if (request.method !== "GET" && request.method !== "HEAD") response.writeHead(405, { allow: "GET, HEAD" }).end();
    else if (pathname === "/" || pathname === "/index.html")
      response.writeHead(200, headers).end(request.method === "HEAD" ? undefined : page);
    // Browsers ask for it of themselves.
    else response.writeHead(pathname === "/favicon.ico" ? 204 : 404).end();
  });
  const port = portOf(options.port);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === "EADDRINUSE"
          ? new UserError("PORT_TAKEN", {
              what: `port ${port} of 127.0.0.1 is taken by another program`,
              where: "--port",
              mend: "name another with --port, or --port 0 for a free one",
              cause,
            })
          : cause,
      ),
    );
    server.listen(port, "127.0.0.1", resolve);
  });
  io.out(`the lab is open at http://127.0.0.1:${(server.address() as AddressInfo).port} (Ctrl-C ends it)\n`);
  if (!io.signal.aborted) await new Promise((resolve) => io.signal.addEventListener("abort", resolve, { once: true }));
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  io.err("stopped\n");
  return EXIT.good;
}

/** The page, beside the compiled command line; sources run straight from src/ use the built one. */
async function builtPage(): Promise<Buffer> {
  const here = fileURLToPath(new URL("../lab-page/index.html", import.meta.url));
  const file = here.replace(/[\\/]src([\\/]lab-page[\\/]index\.html)$/, (_, rest: string) => `/dist${rest}`);
  try {
    return await readFile(file);
  } catch (cause) {
    throw new UserError("NOT_FOUND", {
      what: "the lab has not been built",
      where: "dist/lab-page",
      mend: "npm run build",
      cause,
    });
  }
}

function portOf(option = "8090"): number {
  const port = Number(option);
  if (/^\d+$/.test(option) && port <= 65_535) return port;
  throw new UserError("BAD_USAGE", {
    what: `--port must be a whole number from 0 to 65535, got ${JSON.stringify(option)}`,
    where: "--port",
    mend: "such as --port 8080",
  });
}
