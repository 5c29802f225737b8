/**
 * Open Jupyter with our kernel known to it and nothing of the user's touched: its settings, trust and runtime files
 * go to a cache folder of the project, and the kernel is found through `JUPYTER_PATH`.
 */
import { spawn } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../core/errors.js";
import { jupyterPath } from "./kernel-client.js";

type Env = Readonly<Record<string, string | undefined>>;

const defaultCache = fileURLToPath(new URL("../../.cache/jupyter", import.meta.url));

/** The environment in which Jupyter knows our kernel and keeps its files in `cache`. */
export function jupyterEnvironment(env: Env, cache: string = defaultCache): Record<string, string | undefined> {
  return {
    ...env,
    JUPYTER_PATH: [jupyterPath, env["JUPYTER_PATH"]].filter(Boolean).join(path.delimiter),
    JUPYTER_CONFIG_DIR: path.join(cache, "config"),
    JUPYTER_DATA_DIR: path.join(cache, "data"),
    JUPYTER_RUNTIME_DIR: path.join(cache, "runtime"),
    IPYTHONDIR: path.join(cache, "ipython"),
    PYDEVD_DISABLE_FILE_VALIDATION: "1",
  };
}

/**
 * The page to open: JupyterLab, or else the classic notebook.
 *
 * @throws UserError `MISSING_OPTIONAL` if neither is on PATH
 */
export function findJupyter(env: Env): string {
  for (const name of ["jupyter-lab", "jupyter-notebook"]) {
    const found = onPath(name, env);
    if (found) return found;
  }
  throw new UserError("MISSING_OPTIONAL", {
    what: "Jupyter is not installed: neither jupyter-lab nor jupyter-notebook is on PATH",
    mend: "pipx install jupyterlab, then try again; `segmenta notebook run` needs no Jupyter",
  });
}

/**
 * Open Jupyter on a folder and wait until it is closed. Ctrl-C reaches Jupyter itself, which asks before it ends, so
 * it does not end us meanwhile; a SIGTERM is handed on.
 *
 * @param options - Jupyter's own: `--no-browser`, `--port=8900`
 * @returns Jupyter's exit code; 0 if it was ended by a signal
 * @throws UserError `MISSING_OPTIONAL`, `NOT_FOUND` without the folder
 */
export async function openLab(
  folder: string,
  env: Env,
  options: readonly string[] = [],
  cache: string = defaultCache,
): Promise<number> {
  const command = findJupyter(env);
  const place = path.resolve(folder);
  if (!existsSync(place)) {
    throw new UserError("NOT_FOUND", {
      what: `there is no folder ${folder}`,
      mend: "name the folder of your notebooks",
    });
  }
  const settings = jupyterEnvironment(env, cache);
  await mkdir(path.join(cache, "runtime"), { recursive: true, mode: 0o700 });
  const child = spawn(command, [place, ...options], { stdio: "inherit", env: settings });
  const ours = process.listeners("SIGINT");
  const ignore = () => {};
  const handOn = () => void child.kill("SIGTERM");
  process.removeAllListeners("SIGINT").on("SIGINT", ignore).on("SIGTERM", handOn);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => resolve(code ?? 0));
    });
  } finally {
    process.off("SIGINT", ignore).off("SIGTERM", handOn);
    for (const listener of ours) process.on("SIGINT", listener);
  }
}

function onPath(name: string, env: Env): string | undefined {
  const endings = process.platform === "win32" ? [".exe", ".cmd", ".bat"] : [""];
  for (const folder of (env["PATH"] ?? "").split(path.delimiter)) {
    for (const ending of endings) {
      const file = path.join(folder, name + ending);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not in this folder.
      }
    }
  }
  return undefined;
}
