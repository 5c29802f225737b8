/** Who may come in, and how often: a password and a rate limit, both wanted as soon as a tunnel is open. */
import { createHash, timingSafeEqual } from "node:crypto";
import { isIPv6 } from "node:net";

export interface RateLimit {
  /** Is there something left for this caller? Takes nothing. */
  has(caller: string): boolean;
  /** Take one from what this caller may have; false when there is nothing left. */
  take(caller: string): boolean;
  /** Seconds until there is something again. */
  readonly retryAfter: number;
}

export interface Door {
  /** "later" when this caller has guessed too often: then nothing is said about the password. */
  knock(caller: string, header: string | undefined): "in" | "out" | "later";
  /** Seconds until the next guess. */
  readonly retryAfter: number;
}

/** Callers remembered at once; beyond that the oldest are forgotten, so that many addresses cannot fill the memory. */
const REMEMBERED = 10_000;

/** Keep it as the newest. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > REMEMBERED) map.delete(map.keys().next().value!);
}

/**
 * A bucket per caller: `perMinute` at once, refilled evenly.
 *
 * @param now - milliseconds
 */
export function rateLimit(perMinute: number, now: () => number): RateLimit {
  const buckets = new Map<string, { left: number; at: number }>();
  const bucketOf = (caller: string) => {
    const time = now();
    const bucket = buckets.get(caller) ?? { left: perMinute, at: time };
    remember(buckets, caller, bucket);
    bucket.left = Math.min(perMinute, bucket.left + ((time - bucket.at) * perMinute) / 60_000);
    bucket.at = time;
    return bucket;
  };
  return {
    retryAfter: Math.max(1, Math.ceil(60 / perMinute)),
    has: (caller) => bucketOf(caller).left >= 1,
    take(caller) {
      const bucket = bucketOf(caller);
      if (bucket.left < 1) return false;
      bucket.left -= 1;
      return true;
    },
  };
}

/**
 * Whom an address stands for: itself in IPv4, and its /64 in IPv6, where each household may take any of 2^64.
 */
export function householdOf(address: string): string {
  const plain = address.replace(/%.*$/, "").toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(plain)) return address;
  const [head = "", tail] = plain.split("::");
  const groups = (text: string) => (text === "" ? [] : text.split(":"));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  // The last group of an address may hold an IPv4 one, and then counts as two.
  const length = before.length + after.length + (plain.includes(".") ? 1 : 0);
  const all = [...before, ...Array<string>(Math.max(0, 8 - length)).fill("0"), ...after];
  return `${all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}

/**
 * A password, and so many wrong ones a minute and caller. When they are used up a right one is refused like a wrong
 * one, or guessing would go on at full speed; only who came in before with the same header, from there, still does.
 *
 * @param now - milliseconds
 */
export function door(password: string, guessesPerMinute: number, now: () => number): Door {
  const guesses = rateLimit(guessesPerMinute, now);
  /** Digests of callers with the headers that let them in. */
  const known = new Map<string, true>();
  return {
    retryAfter: guesses.retryAfter,
    knock(caller, header) {
      if (header === undefined) return "out";
      const who = createHash("sha256").update(`${caller} ${header}`).digest("base64");
      if (!known.has(who)) {
        if (!guesses.has(caller)) return "later";
        if (!hasPassword(header, password)) {
          guesses.take(caller);
          return "out";
        }
      }
      remember(known, who, true);
      return "in";
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
