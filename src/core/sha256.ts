/** SHA-256, as this platform computes it. A page has `lab/platform/sha256.ts` in its place: the same two functions. */
import { createHash } from "node:crypto";

export interface Sha256 {
  update(content: string | Uint8Array): void;
  /** In hexadecimal; once, at the end. */
  digest(): string;
}

export function newSha256(): Sha256 {
  const hash = createHash("sha256");
  return {
    update: (content) => void hash.update(content),
    digest: () => hash.digest("hex"),
  };
}
