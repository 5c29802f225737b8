/** Labels and what algorithms found, as files named by the hash of their content. */
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../core/errors.js";
import { sha256 } from "../../core/hash.js";
import { writeWhole } from "./temporary.js";

export class Blobs {
  /** Names known to be there; a blob is never changed or removed. */
  readonly #known = new Set<string>();

  constructor(readonly folder: string) {}

  /** Learn what is there, in one look. */
  async list(): Promise<void> {
    for (const name of await readdir(this.folder).catch(() => [])) this.#known.add(name);
  }

  has(name: string): boolean {
    if (this.#known.has(name)) return true;
    if (!existsSync(join(this.folder, name))) return false;
    this.#known.add(name);
    return true;
  }

  /** Keep a blob; one that is there already is the same, by its name. */
  async write(name: string, content: Uint8Array | string): Promise<void> {
    if (this.has(name)) return;
    await mkdir(this.folder, { recursive: true });
    await writeWhole(join(this.folder, name), content);
    this.#known.add(name);
  }

  /**
   * The content of `<hash>.<ending>`.
   *
   * @throws UserError `BAD_RESULTS` when it is missing or is not what its name says
   */
  async read(hash: string, ending: string): Promise<Buffer> {
    const path = join(this.folder, `${hash}.${ending}`);
    let content: Buffer;
    try {
      content = await readFile(path);
    } catch (cause) {
      throw new UserError("BAD_RESULTS", {
        what: "a stored labeling named by the journal is missing",
        where: path,
        mend: "run again; what it belongs to will be fitted again",
        cause,
      });
    }
    if (sha256(content) === hash) return content;
    throw new UserError("BAD_RESULTS", {
      what: "a stored labeling is not what its name says: the file was changed or damaged",
      where: path,
      mend: "remove this file and run again; what it belongs to will be fitted again",
    });
  }
}
