/** Progress of a sweep: a bar on a terminal, a plain line now and then in a pipe, JSON lines for machines. */
import type { Note } from "../core/notes.js";
import type { SweepEvent } from "../sweep/events.js";
import type { Io } from "./io.js";
import { wrapNote } from "./render/wrap.js";

export interface Progress {
  show(event: SweepEvent): void;
  stop(): void;
}

/** Least time between two plain lines. */
const LINE_MS = 5_000;

/** `--json`: every event is a line on stderr. */
export function jsonProgress(io: Io): Progress {
  return { show: (event) => io.err(`${JSON.stringify(event)}\n`), stop: () => {} };
}

/** A bar when stderr is a terminal, otherwise a line every few seconds, without control codes. */
export async function textProgress(io: Io): Promise<Progress> {
  return io.errIsTerminal ? barProgress(io) : lineProgress(io);
}

async function barProgress(io: Io): Promise<Progress> {
  const { default: cliProgress } = await import("cli-progress");
  const bar = new cliProgress.SingleBar({
    format: "  {bar} {percentage}% · {value}/{total} {stage} · {eta_formatted} left",
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    etaBuffer: 50,
    stream: process.stderr,
  });
  let running = "";
  const move = (phase: string, done: number, total: number, stage: string) => {
    if (running !== phase) {
      if (running !== "") bar.stop();
      bar.start(total, done, { stage });
      running = phase;
    } else bar.update(done, { stage });
  };
  const stop = () => {
    if (running !== "") bar.stop();
    running = "";
  };
  const notes = waitingNotes(io);
  return {
    show(event) {
      if (event.type === "note") {
        stop();
        return notes.add(event.space, event.note);
      }
      notes.tell();
      if (event.type === "fit") move("fit", event.done, event.total, `trials · ${event.algorithm}`);
      else if (event.type === "score") move("score", event.done, event.total, `scores · ${event.metric}`);
      else if (event.type === "evidence") move(event.stage, event.done, event.total, `draws · ${event.stage}`);
      else {
        const line = describeEvent(event);
        if (line === undefined) return;
        stop();
        io.err(`${line}\n`);
      }
    },
    stop() {
      notes.tell();
      stop();
    },
  };
}

function lineProgress(io: Io): Progress {
  let last = Number.NEGATIVE_INFINITY;
  const notes = waitingNotes(io);
  return {
    show(event) {
      if (event.type === "note") return notes.add(event.space, event.note);
      notes.tell();
      const line = describeEvent(event);
      if (line === undefined) return;
      const isLast = "done" in event && event.done === event.total;
      const now = performance.now();
      if ("done" in event && !isLast && now - last < LINE_MS) return;
      last = now;
      io.err(`${line}\n`);
    },
    stop: notes.tell,
  };
}

/** Notes come one after another, before any fit: the same one of several spaces is told once, with their names. */
function waitingNotes(io: Io) {
  const waiting = new Map<string, { note: Note; spaces: string[] }>();
  return {
    add(space: string, note: Note) {
      const key = JSON.stringify(note);
      const known = waiting.get(key);
      if (known) known.spaces.push(space);
      else waiting.set(key, { note, spaces: [space] });
    },
    tell() {
      for (const { note, spaces } of waiting.values()) {
        const text = `note: ${note.message} (${spaces.join(", ")})${note.hint ? `; ${note.hint}` : ""}`;
        io.err(`${wrapNote(text, io.columns)}\n`);
      }
      waiting.clear();
    },
  };
}

/** One plain line, or undefined for events that need none. */
function describeEvent(event: SweepEvent): string | undefined {
  switch (event.type) {
    case "plan": {
      const reused = event.cached > 0 ? `, ${event.cached} of them stored already` : "";
      return `${event.trials} trials in ${event.spaces.length} space${event.spaces.length === 1 ? "" : "s"}${reused}`;
    }
    case "fit":
      return `fitted ${event.done} of ${event.total} trials (${event.algorithm} in ${event.space})`;
    case "failed":
      return `✘ ${event.algorithm} ${event.params} has no answer [${event.reason}]: ${event.message.split("\n")[0]}`;
    case "score":
      return `scored ${event.done} of ${event.total} (${event.metric} in ${event.space})`;
    case "evidence":
      return `evidence: ${event.stage}, ${event.done} of ${event.total} draws`;
    default:
      return undefined;
  }
}
