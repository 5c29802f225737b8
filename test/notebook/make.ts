/** Small notebooks for tests, in a folder of the project, so that cells find this package and those it installs. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

export interface CellSketch {
  readonly code?: string;
  readonly words?: string;
  readonly tags?: readonly string[];
}

/** The JSON of a notebook as Jupyter would save it before it was ever run. */
export function notebookJson(cells: readonly CellSketch[], metadata: object = {}): string {
  return JSON.stringify({
    cells: cells.map((cell, i) => ({
      cell_type: cell.code === undefined ? "markdown" : "code",
      id: `id-${i + 1}`,
      metadata: cell.tags ? { tags: cell.tags } : {},
      source: cell.code ?? cell.words,
      ...(cell.code === undefined ? {} : { execution_count: null, outputs: [] }),
    })),
    metadata: { kernelspec: { name: "segmenta", language: "typescript", display_name: "x" }, ...metadata },
    nbformat: 4,
    nbformat_minor: 5,
  });
}

export interface Folder {
  readonly path: string;
  write(name: string, cells: readonly CellSketch[], metadata?: object): Promise<string>;
  remove(): Promise<void>;
}

export async function notebookFolder(): Promise<Folder> {
  const cache = fileURLToPath(new URL("../../.cache", import.meta.url));
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(path.join(cache, "notebook-test-"));
  return {
    path: folder,
    async write(name, cells, metadata) {
      const file = path.join(folder, name);
      await writeFile(file, notebookJson(cells, metadata));
      return file;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
