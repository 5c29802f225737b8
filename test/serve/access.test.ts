/** Passwords, rate limits and tunnels: what is refused, and that nothing is given away on the way. */
import { expect, test } from "vitest";
import { door, hasPassword, rateLimit } from "../../src/serve/access.js";
import { createApp } from "../../src/serve/app.js";
import { loadNgrok, logTo, openTunnel, tunnelAccess } from "../../src/serve/index.js";
import { customers, jsonBody, record } from "./models.js";

const loaded = customers();
const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString("base64")}` });

test("with a password nothing but the health checks answers without it", async () => {
  const app = createApp(loaded, { password: "correct horse" });
  for (const path of ["/", "/docs", "/model", "/metrics", "/openapi.json", "/assets/style.css", "/nowhere"]) {
    const response = await app.request(path);
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe('Basic realm="segmenta", charset="UTF-8"');
    expect(await response.json()).toMatchObject({ code: "UNAUTHORIZED" });
    expect((await app.request(path, { headers: basic("me:correct horse") })).status).not.toBe(401);
  }
  expect((await app.request("/predict", jsonBody(record))).status).toBe(401);
  expect((await app.request("/healthz")).status).toBe(200);
  expect((await app.request("/readyz")).status).toBe(200);
});

test.each([
  ["me:pass:word", "pass:word", true],
  [":geheim ✓", "geheim ✓", true],
  ["me:pass", "pass:word", false],
  ["me:", "pass:word", false],
  ["pass:word", "pass:word", false],
])("%s for %s: %s", (pair, password, right) => {
  expect(hasPassword(basic(pair).authorization, password)).toBe(right);
});

test.each([undefined, "", "Basic", "Bearer abc", "Basic ???", "basic  "])(
  "the header %s holds no password",
  (header) => {
    expect(hasPassword(header, "x")).toBe(false);
  },
);

test("guessing is slowed down, and does not lock out those who came in before", async () => {
  const app = createApp(loaded, { password: "correct horse", guessesPerMinute: 3, behindProxy: true });
  const from = (address: string, pair: string) =>
    app.request("/", { headers: { ...basic(pair), "x-forwarded-for": `spoofed, ${address}` } });
  expect((await from("198.51.100.1", "me:correct horse")).status).toBe(200);
  const tries = [];
  for (let i = 0; i < 5; i++) tries.push((await from("198.51.100.1", `me:${i}`)).status);
  expect(tries).toEqual([401, 401, 401, 429, 429]);
  expect((await from("198.51.100.1", "me:correct horse")).status).toBe(200);
  expect((await from("198.51.100.2", "me:no")).status).toBe(401);
  expect((await from("198.51.100.1", "me:no")).headers.get("retry-after")).toBe("20");
});

test("with no guess left the right password is refused like a wrong one, until a guess is there again", () => {
  let now = 0;
  const { authorization: right } = basic("me:correct horse");
  const { authorization: other } = basic("you:correct horse");
  const { authorization: wrong } = basic("me:no");
  const { knock } = door("correct horse", 2, () => now);
  const knocks = (...headers: (string | undefined)[]) => headers.map((header) => knock("a", header));
  expect(knocks(wrong, wrong, wrong, right)).toEqual(["out", "out", "later", "later"]);
  expect(knocks(undefined)).toEqual(["out"]);
  expect(knock("b", right)).toBe("in");
  now += 30_000;
  expect(knocks(right, right, wrong, wrong, other, right)).toEqual(["in", "in", "out", "later", "later", "in"]);
});

test("a rate limit counts callers apart, refills, and forgets the oldest of very many", () => {
  let now = 0;
  const limit = rateLimit(2, () => now);
  expect(["a", "a", "a", "b"].map((caller) => limit.take(caller))).toEqual([true, true, false, true]);
  now += 30_000;
  expect([limit.take("a"), limit.take("a")]).toEqual([true, false]);
  for (let i = 0; i < 10_001; i++) limit.take(`caller ${i}`);
  expect(limit.take("a")).toBe(true);
});

test("a rate limit holds for every route", async () => {
  const app = createApp(loaded, { perMinute: 2 });
  const statuses = [];
  for (let i = 0; i < 3; i++) statuses.push((await app.request("/model")).status);
  expect(statuses).toEqual([200, 200, 429]);
  expect((await app.request("/healthz")).status).toBe(200);
});

test("a tunnel needs a password of some length and a token, before anything is opened", () => {
  expect(() => tunnelAccess(undefined, "token")).toThrow("a tunnel needs a password");
  expect(() => tunnelAccess("short", "token")).toThrow("the password has 5 characters; a tunnel needs at least 8");
  expect(() => tunnelAccess("long enough", undefined)).toThrow("NGROK_AUTHTOKEN is not set");
  expect(() => tunnelAccess("long enough", "")).toThrow("NGROK_AUTHTOKEN is not set");
  expect(tunnelAccess("long enough", "t")).toEqual({ password: "long enough", token: "t" });
});

test("without the package the tunnel says how to get it", async () => {
  const absent = () =>
    Promise.reject(Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" }));
  await expect(loadNgrok(absent)).rejects.toMatchObject({ code: "MISSING_OPTIONAL", mend: "npm install @ngrok/ngrok" });
});

test("a tunnel that fails says why, without the token", async () => {
  const ngrok = { forward: () => Promise.reject(new Error("authentication failed: token s3cret is invalid\nmore")) };
  await expect(openTunnel(ngrok, "http://127.0.0.1:1", { token: "s3cret" })).rejects.toMatchObject({
    code: "BAD_USAGE",
    what: "the tunnel cannot be opened: authentication failed: token … is invalid",
  });
});

test("a tunnel that opens forwards to the service and closes with it", async () => {
  const calls: unknown[] = [];
  const ngrok = {
    forward: (config: unknown) => {
      calls.push(config);
      return Promise.resolve({
        url: () => "https://x.example",
        close: () => Promise.resolve(void calls.push("closed")),
      });
    },
  };
  const tunnel = await openTunnel(ngrok, "http://127.0.0.1:8080", { token: "t" });
  await tunnel.close();
  expect(tunnel.url).toBe("https://x.example");
  expect(calls).toEqual([{ addr: "http://127.0.0.1:8080", authtoken: "t" }, "closed"]);
});

test("the log: quiet about requests unless asked; no query, no values, no password; faults with their stack", async () => {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const ask = async (requests: boolean) => {
    const app = createApp(loaded, { password: "correct horse", ...logTo(requests, destination) });
    await app.request("/predict?token=abc", {
      ...jsonBody(record),
      headers: { "content-type": "application/json", ...basic("me:correct horse") },
    });
  };
  await ask(false);
  expect(lines).toEqual([]);
  await ask(true);
  expect(JSON.parse(lines[0]!)).toMatchObject({ method: "POST", path: "/predict", status: 200, msg: "request" });
  expect(lines.join()).not.toMatch(/abc|horse|900|authorization/i);
  logTo(false, destination).onFault!(new Error("inside"));
  expect(JSON.parse(lines[1]!)).toMatchObject({
    level: 50,
    err: { message: "inside", stack: expect.stringContaining("access.test") },
  });
});
