/** The service as one function from requests to responses: for a port, for tests, for a notebook. */
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { UserError } from "../core/errors.js";
import type { LoadedModel, Model } from "../pipeline/index.js";
import { aboutModel, aboutSegments } from "./about.js";
import { door, householdOf, rateLimit } from "./access.js";
import { defaultLimits, type Limits } from "./limits.js";
import { createMetrics } from "./metrics.js";
import { describeApi } from "./openapi.js";
import { mountPages, type Page } from "./pages/mount.js";
import { bodyKind, predictCsv, predictJson, unknownBody } from "./predict.js";
import { problem, problemOf, problemResponse } from "./problem.js";
import { isSecure, respond, respondJson, secure } from "./respond.js";
import { createService } from "./service.js";

export interface LoggedRequest {
  readonly method: string;
  /** The path without its query: a query may hold what is nobody's business. */
  readonly path: string;
  readonly status: number;
  readonly ms: number;
}

export interface AppOptions {
  readonly limits?: Partial<Limits>;
  /** Asked for on every request but the health checks. */
  readonly password?: string | undefined;
  /** Requests a minute and caller; unlimited by default. */
  readonly perMinute?: number | undefined;
  /** Wrong passwords a minute and caller (10); then every one that did not come in before is refused. */
  readonly guessesPerMinute?: number;
  /** Behind a proxy or tunnel the caller is the last address in `X-Forwarded-For`. */
  readonly behindProxy?: boolean;
  /** False while the service stops. */
  readonly isReady?: () => boolean;
  /** Pages from outside, such as the dashboard. */
  readonly pages?: readonly Page[];
  readonly version?: string;
  /** The process's own figures among the metrics. */
  readonly processMetrics?: boolean;
  onRequest?(request: LoggedRequest): void;
  /** A fault of ours, with its stack: for the log alone. */
  onFault?(error: unknown): void;
}

interface Bindings {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } };
}

/**
 * @param loaded - from `loadModel`, or a model just built
 * @returns a Hono app; `app.request("/predict", …)` asks it without a port
 */
export function createApp(loaded: LoadedModel | Model, options: AppOptions = {}): Hono {
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const service = createService(loaded);
  const metrics = createMetrics(service.model, options.processMetrics);
  const described = describeApi(service, limits, options.version ?? "0");
  const app = new Hono();

  app.use(async (c, next) => {
    const start = performance.now();
    await next();
    // Setting a response again makes Hono copy it; ours are secure as they are made.
    if (!isSecure(c.res)) c.res = secure(c.res);
    const { method, path } = c.req;
    const took = performance.now() - start;
    const known = methods.has(path);
    metrics.request(known ? path : "other", known || method === "GET" ? method : "other", c.res.status, took / 1000);
    options.onRequest?.({ method, path, status: c.res.status, ms: Math.round(took * 1000) / 1000 });
  });

  const { password, perMinute } = options;
  if (password !== undefined || perMinute !== undefined) {
    const requests = rateLimit(perMinute ?? Number.POSITIVE_INFINITY, () => performance.now());
    const entrance =
      password === undefined ? undefined : door(password, options.guessesPerMinute ?? 10, () => performance.now());
    app.use(async (c, next) => {
      if (c.req.path === "/healthz" || c.req.path === "/readyz") return next();
      const caller = callerOf(c, options.behindProxy === true);
      if (perMinute !== undefined && !requests.take(caller)) return tooOften(requests.retryAfter);
      if (entrance === undefined) return next();
      const said = entrance.knock(caller, c.req.header("authorization"));
      if (said === "in") return next();
      if (said === "later") return tooOften(entrance.retryAfter);
      return problemResponse(
        problem(
          "UNAUTHORIZED",
          "this service asks for a password",
          "any user name, and the password it was started with",
        ),
        {
          "www-authenticate": 'Basic realm="segmenta", charset="UTF-8"',
        },
      );
    });
  }

  const refuse = () => problemResponse(problemOf(tooLarge(limits.jsonBytes)));
  const counted = bodyLimit({ maxSize: limits.jsonBytes, onError: refuse });
  // A declared length is held to by node itself, and looking at the body would cost more than the answer.
  const limited: MiddlewareHandler = (c, next) => {
    const declared = c.req.header("content-length");
    if (declared === undefined || c.req.header("transfer-encoding") !== undefined) return counted(c, next);
    return Number(declared) > limits.jsonBytes ? Promise.resolve(refuse()) : next();
  };

  app.get("/healthz", () => respond("ok\n", "text/plain; charset=utf-8"));
  app.get("/readyz", () =>
    options.isReady?.() === false
      ? respond("stopping\n", "text/plain; charset=utf-8", 503)
      : respond("ready\n", "text/plain; charset=utf-8"),
  );
  app.get("/metrics", async () => respond(await metrics.text(), metrics.contentType));
  app.get("/model", () => respondJson(aboutModel(service)));
  app.get("/segments", () => respondJson(aboutSegments(service)));
  app.get("/openapi.json", () => respondJson(described));

  const predictor = { service, metrics, limits };
  app.post("/predict", (c, next) => {
    const type = c.req.header("content-type");
    const kind = bodyKind(type);
    if (kind === undefined) return Promise.resolve(unknownBody(type));
    if (kind === "json") return limited(c, next);
    const body = c.req.raw.body;
    if (body === null)
      return Promise.reject(
        new UserError("EMPTY_TABLE", { what: "the body is empty", where: "body", mend: "send a header line and rows" }),
      );
    const declared = Number(c.req.header("content-length") ?? 0);
    if (declared > limits.csvBytes) return Promise.resolve(problemResponse(problemOf(tooLarge(limits.csvBytes))));
    const accept = c.req.header("accept") ?? "";
    return predictCsv(predictor, body, {
      asJson: accept.includes("application/json"),
      asIs: c.req.query("cells") === "as-is",
    });
  });
  app.post("/predict", async (c) => predictJson(predictor, () => c.req.text()));

  app.post("/", limited);
  const pagePaths = mountPages(app, {
    service,
    metrics,
    limits,
    described: described as never,
    pages: options.pages ?? [],
  });

  /** Every path, and what may be done there: for 405, and so that metrics have few labels. */
  const methods = new Map<string, string>([
    ...["/healthz", "/readyz", "/metrics", "/model", "/segments", "/openapi.json", ...pagePaths].map(
      (path): [string, string] => [path, "GET, HEAD"],
    ),
    ["/predict", "POST"],
    ["/", "GET, HEAD, POST"],
  ]);
  app.notFound((c) => {
    const allowed = methods.get(c.req.path);
    if (allowed !== undefined) {
      return problemResponse(problem("METHOD_NOT_ALLOWED", `${c.req.method} is not done here`, `allowed: ${allowed}`), {
        allow: allowed,
      });
    }
    return problemResponse(
      problemOf(
        new UserError("NOT_FOUND", {
          what: "there is nothing here",
          where: "path",
          mend: "GET /docs tells what there is",
        }),
      ),
    );
  });
  app.onError((error) => {
    const found = problemOf(error);
    if (found.status >= 500) options.onFault?.(error);
    return problemResponse(found);
  });
  return app;
}

function callerOf(c: Context, behindProxy: boolean): string {
  const forwarded = behindProxy ? c.req.header("x-forwarded-for")?.split(",").at(-1)?.trim() : undefined;
  return householdOf(forwarded ?? (c.env as Bindings | undefined)?.incoming?.socket?.remoteAddress ?? "unknown");
}

function tooOften(retryAfter: number): Response {
  return problemResponse(problem("TOO_MANY_REQUESTS", "too many requests from this address", `wait ${retryAfter} s`), {
    "retry-after": String(retryAfter),
  });
}

function tooLarge(bytes: number): UserError {
  return new UserError("BODY_TOO_LARGE", {
    what: `the body is larger than ${bytes} bytes`,
    where: "body",
    mend: "send fewer rows at a time, or score the file where it lies: segmenta predict model.json customers.csv --out segments.csv",
  });
}
