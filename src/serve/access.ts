/** Who may come in, and how often: a password and a rate limit, both wanted as soon as a tunnel is open. */
import { createHash, timingSafeEqual } from "node:crypto";

export interface RateLimit {
  /** Take one from what this caller may have; false when there is nothing left. */
  take(caller: string): boolean;
  /** Seconds until there is something again. */
  readonly retryAfter: number;
}

/** Callers remembered at once; beyond that the oldest are forgotten, so that many addresses cannot fill the memory. */
const REMEMBERED = 10_000;

/**
 * A bucket per caller: `perMinute` at once, refilled evenly.
 *
 * @param now - milliseconds
 */
export function rateLimit(perMinute: number, now: () => number): RateLimit {
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    retryAfter: Math.max(1, Math.ceil(60 / perMinute)),
    take(caller) {
      const time = now();
      const bucket = buckets.get(caller) ?? { left: perMinute, at: time };
      buckets.delete(caller);
      buckets.set(caller, bucket);
      if (buckets.size > REMEMBERED) buckets.delete(buckets.keys().next().value!);
      bucket.left = Math.min(perMinute, bucket.left + ((time - bucket.at) * perMinute) / 60_000);
      bucket.at = time;
      if (bucket.left < 1) return false;
      bucket.left -= 1;
      return true;
    },
  };
}

/** Does the `Authorization` header hold the password? Any user name will do. Takes the same time whatever differs. */
export function hasPassword(header: string | undefined, password: string): boolean {
  const [scheme, code] = header?.split(" ") ?? [];
  if (scheme?.toLowerCase() !== "basic" || code === undefined) return false;
  const pair = Buffer.from(code, "base64").toString("utf8");
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(pair.slice(pair.indexOf(":") + 1)), digest(password));
}
