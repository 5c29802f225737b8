/** Debian's Chromium, headless, with a profile of its own. Where there is none it is said loudly; CI refuses. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";

const executable = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
export const hasBrowser = existsSync(executable);
if (!hasBrowser) {
  const said = `there is no Chromium at ${executable}`;
  if (process.env["CI"]) throw new Error(`${said}, and CI does not go without`);
  process.stderr.write(`LEFT OUT: ${said}, so the pages are not tried in a browser\n`);
}

export interface Opened {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors and warnings of the console, failed requests, and requests to anywhere but the origin given. */
  readonly faults: string[];
  close(): Promise<void>;
}

export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  readonly script?: boolean;
}

/** Open a blank page that writes down whatever goes wrong on it. */
export async function openBrowser(origin: string, look: Look = {}): Promise<Opened> {
  const profile = mkdtempSync(join(tmpdir(), "segmenta-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: executable,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
    viewport: { width: look.width ?? 1280, height: look.height ?? 900 },
    colorScheme: look.dark ? "dark" : "light",
    javaScriptEnabled: look.script ?? true,
    reducedMotion: "reduce",
    acceptDownloads: true,
  });
  const faults: string[] = [];
  const page = context.pages()[0] ?? (await context.newPage());
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`thrown: ${error.message}`));
  // Without scripts Chromium itself refuses what would be scripts.
  const refused = (url: string) => look.script === false && url.endsWith(".js");
  page.on("requestfailed", (request) => {
    if (!refused(request.url())) faults.push(`failed: ${request.url()} ${request.failure()?.errorText}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!/^(data|blob|about):/.test(url) && !url.startsWith(origin)) faults.push(`request to ${url}`);
  });
  return {
    page,
    context,
    faults,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
