/** Responses with the headers that every answer carries. */

/**
 * Nothing is loaded from elsewhere, no script stands in a page, no page stands in a frame. HSTS is left to whoever
 * ends TLS: on plain http it would be wrong, and browsers remember it.
 */
export const secureHeaders: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Responses that have the headers already: looking into a response costs more than making it. */
const secured = new WeakSet<Response>();

export function respond(
  body: string | ReadableStream<Uint8Array> | null,
  type: string,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const response = new Response(body, {
    status,
    headers: { "content-type": type, "cache-control": "no-store", ...secureHeaders, ...headers },
  });
  secured.add(response);
  return response;
}

export function respondJson(value: unknown, headers?: Readonly<Record<string, string>>): Response {
  return respond(JSON.stringify(value), "application/json; charset=utf-8", 200, headers);
}

export function respondPage(html: string, status = 200): Response {
  return respond(html, "text/html; charset=utf-8", status);
}

export function isSecure(response: Response): boolean {
  return secured.has(response);
}

/** A response made elsewhere, with the headers it lacks. */
export function secure(response: Response): Response {
  const out = new Response(response.body, response);
  for (const [name, value] of Object.entries(secureHeaders)) if (!out.headers.has(name)) out.headers.set(name, value);
  secured.add(out);
  return out;
}
