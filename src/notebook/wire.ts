/**
 * Jupyter's wire protocol, version 5.3: what a message is, and its frames on a socket.
 *
 * Frames are `[identity…, "<IDS|MSG>", signature, header, parent header, metadata, content]`; the signature is
 * HMAC-SHA256 over the last four under the key of the connection file.
 *
 * @see https://jupyter-client.readthedocs.io/en/latest/messaging.html
 */
import { createHmac, randomUUID } from "node:crypto";

export interface Header {
  readonly msg_id: string;
  readonly msg_type: string;
}

export interface Message {
  readonly header: Header;
  /** The header of the request this answers; empty for a message nobody asked for. */
  readonly parent_header: Partial<Header>;
  readonly content: Readonly<Record<string, unknown>>;
}

const delimiter = "<IDS|MSG>";

export interface Wire {
  /** The frames of a new request, and the id by which its answers are known. */
  encode(type: string, content: unknown): { readonly id: string; readonly frames: string[] };
  /** @throws Error if the frames hold no message, or one signed with another key */
  decode(frames: readonly Uint8Array[]): Message;
}

/** One session's way to write and read messages, signed with `key`. */
export function createWire(key: string): Wire {
  const session = randomUUID();
  const sign = (parts: readonly (string | Uint8Array)[]) => {
    const hmac = createHmac("sha256", key);
    for (const part of parts) hmac.update(part);
    return hmac.digest("hex");
  };
  return {
    encode(type, content) {
      const id = randomUUID();
      const header = { msg_id: id, session, username: "segmenta", date: new Date().toISOString(), msg_type: type };
      const parts = [{ ...header, version: "5.3" }, {}, {}, content].map((part) => JSON.stringify(part));
      return { id, frames: [delimiter, sign(parts), ...parts] };
    },
    decode(frames) {
      const text = (frame: Uint8Array | undefined) => (frame ? Buffer.from(frame).toString("utf8") : "");
      const start = frames.findIndex((frame) => text(frame) === delimiter);
      const parts = frames.slice(start + 2, start + 6);
      if (start < 0 || parts.length < 4) throw new Error("not a Jupyter message");
      if (sign(parts) !== text(frames[start + 1])) throw new Error("a Jupyter message with a wrong signature");
      const [header, parent, , content] = parts.map((part) => JSON.parse(text(part)) as unknown);
      return { header, parent_header: parent, content } as Message;
    },
  };
}
