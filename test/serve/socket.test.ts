/** What only a real port can show: chunked bodies, slow senders, raw paths, a taken port, an orderly end. */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type RunningServer, type ServerOptions, startServer } from "../../src/serve/index.js";
import { csvBody, customers, record } from "./models.js";

const loaded = customers();
const running: RunningServer[] = [];
const sockets: Socket[] = [];

async function start(options: ServerOptions = {}): Promise<RunningServer> {
  const server = await startServer(loaded, { port: 0, ...options });
  running.push(server);
  return server;
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

/** A bare connection: what it received so far, and when it ended. */
function dial(port: number) {
  const socket = connect(port, "127.0.0.1");
  sockets.push(socket);
  const said = { text: "" };
  const waiting: (() => void)[] = [];
  socket.on("data", (data) => {
    said.text += data.toString();
    for (const wake of waiting.splice(0)) wake();
  });
  socket.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  const until = async (words: string) => {
    while (!said.text.includes(words)) {
      await Promise.race([new Promise<void>((resolve) => waiting.push(resolve)), closed.then(() => { throw new Error(`closed after: ${said.text}`); })]); // biome-ignore format: one line
    }
  };
  return { socket, said, closed, until };
}

const body = JSON.stringify(record);
const post = (text: string, extra = "") =>
  `POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${extra}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;

test("one row over a socket, twice on one connection", async () => {
  const { port } = await start();
  const { socket, until, said } = dial(port);
  socket.write(post(body));
  await until('"segment":');
  socket.write(post("{"));
  await until("BAD_JSON");
  expect(said.text.match(/HTTP\/1\.1 (200|400)/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 400"]);
});

/** Send a chunked body of so many bytes; answers status, text and how much was written before the answer. */
function chunked(port: number, type: string, first: string, chunk: string, times: number) {
  return new Promise<{ status: number; text: string; written: number }>((resolve, reject) => {
    let written = 0;
    const request = httpRequest({ port, path: "/predict", method: "POST", headers: { "content-type": type } });
    request.on("error", reject);
    request.on("response", (response: IncomingMessage) => {
      let text = "";
      const at = written;
      response.on("data", (data) => {
        text += data;
      });
      response.on("end", () => {
        resolve({ status: response.statusCode!, text, written: at });
        request.destroy();
      });
    });
    const more = (left: number): void => {
      if (request.destroyed) return;
      if (left === 0) return void request.end();
      written += chunk.length;
      if (request.write(chunk)) setImmediate(more, left - 1);
      else request.once("drain", () => more(left - 1));
    };
    request.write(first);
    more(times);
  });
}

test("a chunked JSON body over the limit is refused, whatever it does not declare", async () => {
  const { port, url } = await start({ limits: { jsonBytes: 100_000 } });
  const { status, text } = await chunked(port, "application/json", '{"SPEND": "', "9".repeat(10_000), 1000);
  expect({ status, code: JSON.parse(text).code }).toEqual({ status: 413, code: "BODY_TOO_LARGE" });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test("a chunked JSON body within the limit is answered", async () => {
  const { port } = await start();
  const { status, text } = await chunked(port, "application/json", body.slice(0, 10), body.slice(10), 1);
  expect(status).toBe(200);
  expect(JSON.parse(text)).toMatchObject({ segment: loaded.compiled.scoreRow(record).label });
});

test("a body of 10 MB with its length declared is refused before it is read", async () => {
  const { url } = await start();
  const response = await fetch(`${url}/predict`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: `{"SPEND": "${"9".repeat(10_000_000)}"}`,
  });
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ code: "BODY_TOO_LARGE" });
});

test("a million CSV rows over a socket: refused with advice, the sender told to stop", async () => {
  const { port } = await start();
  const rows = "A,900,0.7,web,12\n".repeat(1000);
  const { status, text } = await chunked(port, "text/csv", "CUST_ID,SPEND,RATE,CHANNEL,VISITS\n", rows, 1000);
  expect(status).toBe(413);
  expect(JSON.parse(text).mend).toContain("segmenta predict");
});

test("a whole upload is answered row by row, in order", async () => {
  const { url } = await start();
  const count = 30_000;
  const lines = Array.from(
    { length: count },
    (_, i) => `C${i},${80 + (i % 900)},0.${i % 9},${i % 3 ? "web" : "shop"},${i % 30}`,
  );
  const response = await fetch(`${url}/predict`, csvBody(`CUST_ID,SPEND,RATE,CHANNEL,VISITS\n${lines.join("\n")}\n`));
  const answers = (await response.text()).trimEnd().split("\n").slice(1);
  expect(answers.length).toBe(count);
  for (const i of [0, 1, 777, 29_999]) {
    const [id, spend, rate, channel, visits] = lines[i]!.split(",");
    const { label } = loaded.compiled.scoreRow({
      SPEND: Number(spend),
      RATE: Number(rate),
      CHANNEL: channel,
      VISITS: Number(visits),
    });
    expect(answers[i]!.split(",").slice(0, 2)).toEqual([id, String(label)]);
  }
});

test.each([
  "/../../etc/passwd",
  "/assets/../../package.json",
  "//etc/passwd",
  "/..%2f..%2fetc%2fpasswd",
  "http://evil.example/etc/passwd",
  "/\\..\\x",
])("raw path %s leads nowhere", async (path) => {
  const { port } = await start();
  const { socket, until, said } = dial(port);
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  await until("HTTP/1.1");
  expect(said.text).toMatch(/^HTTP\/1\.1 40[04]/);
  expect(said.text).not.toMatch(/root:|"name": "segmenta"/);
});

test("nonsense on the wire is answered with 400, and the service lives on", async () => {
  const { port, url } = await start();
  for (const nonsense of [
    "\x00\x01\x02\r\n\r\n",
    "GET / HTTP/9.9\r\n\r\n",
    `GET / HTTP/1.1\r\nx: ${"y".repeat(40_000)}\r\n\r\n`,
  ]) {
    const { socket, closed } = dial(port);
    socket.write(nonsense);
    await closed;
  }
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});

test("hundreds of slow senders are cut off, and others are answered meanwhile", async () => {
  const { port, url } = await start({ timeouts: { headersMs: 600, requestMs: 900 } });
  const slow = Array.from({ length: 300 }, (_, i) => {
    const one = dial(port);
    // Half never end their headers, half never send their body.
    one.socket.write(i % 2 ? "POST /predict HTTP/1.1\r\nhost: x\r\n" : post(body).slice(0, -5));
    return one;
  });
  const response = await fetch(`${url}/predict`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  expect(response.status).toBe(200);
  await Promise.all(slow.map(({ closed }) => closed));
  expect(slow.filter(({ said }) => said.text.includes(" 200 "))).toEqual([]);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test("more connections than allowed are refused; those within go on", async () => {
  const { port } = await start({ maxConnections: 3 });
  const within = [dial(port), dial(port), dial(port)];
  for (const { socket, until } of within) {
    socket.write(post(body));
    await until('"segment":');
  }
  const beyond = dial(port);
  await beyond.closed;
  expect(beyond.said.text).toBe("");
  within[0]!.socket.write(post("{"));
  await within[0]!.until("BAD_JSON");
});

test("a taken port is the user's to mend", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as { port: number };
  await expect(startServer(loaded, { port })).rejects.toMatchObject({
    code: "PORT_TAKEN",
    what: `port ${port} of 127.0.0.1 is taken by another program`,
    mend: expect.stringContaining("--port"),
  });
  await expect(startServer(loaded, { host: "203.0.113.7", port: 0 })).rejects.toMatchObject({
    code: "BAD_USAGE",
    where: "--host",
  });
  await new Promise((resolve) => other.close(resolve));
});

test("stopping: a request in flight is answered, idle connections close, no new ones are taken", async () => {
  const server = await start();
  const [busy, idle] = [dial(server.port), dial(server.port)];
  idle.socket.write("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
  await idle.until("ok");
  const wire = post(body);
  busy.socket.write(wire.slice(0, -3));
  await fetch(`${server.url}/healthz`);
  const stopped = server.stop();
  await idle.closed;
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
  busy.socket.write(wire.slice(-3));
  await busy.until('"segment":');
  await busy.closed;
  await stopped;
  await server.stop();
});

test("stopping does not wait for ever", async () => {
  const server = await start({ timeouts: { stopMs: 200 } });
  const { socket, closed } = dial(server.port);
  socket.write(post(body).slice(0, -3));
  await fetch(`${server.url}/healthz`);
  await server.stop();
  await closed;
});

test("a client that leaves in the middle is no fault of ours", async () => {
  const faults: unknown[] = [];
  const seen: number[] = [];
  const { port, url } = await start({
    onFault: (error) => void faults.push(error),
    onRequest: ({ status }) => void seen.push(status),
  });
  for (const wire of [
    post(body),
    `POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: text/csv\r\ncontent-length: 999\r\n\r\nCUST_ID,SPEND\nA,1`,
  ]) {
    const { socket } = dial(port);
    await new Promise<void>((resolve) => socket.write(wire.slice(0, -3), () => resolve()));
    await fetch(`${url}/healthz`);
    socket.destroy();
  }
  await fetch(`${url}/healthz`);
  await fetch(`${url}/healthz`);
  expect(faults).toEqual([]);
  expect(seen.filter((status) => status >= 500)).toEqual([]);
});
