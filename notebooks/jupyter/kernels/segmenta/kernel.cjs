/**
 * The notebook kernel: tslab 1.0.22 with its faults mended.
 *
 * tslab has been frozen since 2024 and is pinned exactly, so reaching into its modules is safe; each function below names
 * the one fault it mends, and `test/notebook/kernel.test.ts` holds a case for each. Plain CommonJS, because tslab looks
 * its parts up through `require` and because a kernel must start before anything is built.
 *
 *   node kernel.cjs <connection file>
 */
"use strict";
const { existsSync } = require("node:fs");
const { createRequire } = require("node:module");
const path = require("node:path");
const { inspect } = require("node:util");

const root = path.resolve(__dirname, "../../../..");

/** What the running cell needs to answer with; cells run one at a time. */
let cell = null;

/**
 * Replace exports of a module that is already loaded. Some modules export getters, which cannot be assigned, so the
 * whole exports object is exchanged.
 */
function replaceExports(require, id, replacements) {
  const file = require.resolve(id);
  const original = require(file);
  require.cache[file].exports = { ...original, ...replacements(original) };
}

/**
 * Fault: output is lost. zeromq turns `send` asynchronous after 512 messages in one tick and then refuses the next
 * ones; tslab never waits for it. A loop of 20,000 lines kept 502, and lost the final `idle` with them.
 * Without a send time-out the send stays synchronous; without a high-water mark nothing is dropped.
 */
function sendEveryMessage(requireFromTslab) {
  replaceExports(requireFromTslab, "zeromq", (zeromq) => ({
    Publisher: class extends zeromq.Publisher {
      constructor(options) {
        super({ ...options, sendHighWaterMark: 0, sendTimeout: 0 });
      }
    },
  }));
}

/**
 * Faults: `moduleResolution: node10` is fixed in tslab, so packages that only have `exports`, subpaths and this
 * package's own name fail the type check; types are not strict; the library stops at ES2022. (tslab's own TypeScript,
 * 5.0, knows `findLast` of ES2023, not yet `toSorted`.) No browser types: cells run in Node.
 */
function checkTypesAsTheProjectDoes(requireFromTslab) {
  replaceExports(requireFromTslab, "@tslab/typescript-for-tslab", (ts) => ({
    createWatchCompilerHost: (files, options, ...rest) => {
      const host = ts.createWatchCompilerHost(
        files,
        {
          ...options,
          strict: true,
          moduleResolution: ts.ModuleResolutionKind.Bundler,
          lib: ["lib.es2023.d.ts"],
          types: ["node"],
        },
        ...rest,
      );
      return leaveFoldersUnwatched(host);
    },
  }));
}

/**
 * Fault: any file made beside a notebook or in a `node_modules` ends the session with "Unexpected pending rebuildTimer".
 * TypeScript, told of it, sets a second timer where tslab allows one. What a cell imports is there before it runs.
 */
function leaveFoldersUnwatched(host) {
  return Object.assign(host, { watchDirectory: () => ({ close() {} }) });
}

/**
 * Fault: diagnostics and exceptions reach the page as text on stderr, and the last expression as text on stdout. Here
 * they are kept as they are, for a true `error` and a true `execute_result` message.
 */
function keepFailuresAndResults(executorModule) {
  const { createExecutor } = executorModule;
  executorModule.createExecutor = (directory, converters) => {
    const node = converters.node;
    const { convert } = node;
    node.convert = (declarations, source) => {
      const converted = convert(declarations, source);
      if (converted.diagnostics.length > 0 && cell) cell.diagnostics = converted.diagnostics;
      return converted;
    };
    return createExecutor(directory, converters, {
      log: (value) => cell?.result(value),
      error: (...args) => {
        if (!cell) console.error(...args);
        else if (args.length === 1) cell.thrown = { value: args[0] };
        // The other use is one line per diagnostic: known already for a cell, printed for a `@module` cell.
        else if (!cell.diagnostics) console.error(...args);
      },
    });
  };
}

/**
 * Fault: `{ k }` with a `k` of an earlier cell ends in "k is not defined": tslab rewrites every mention of such a name
 * but this one. Written out as `{ k: k }` it is found; places in diagnostics are counted back to what was typed.
 */
function writeShorthandsOut(requireFromTslab, { createConverter, ...rest }) {
  const ts = requireFromTslab("@tslab/typescript-for-tslab");
  function convertWritten(convert, declarations, typed) {
    const insertions = [];
    const find = (node) => {
      if (ts.isShorthandPropertyAssignment(node)) insertions.push({ at: node.name.end, text: `: ${node.name.text}` });
      ts.forEachChild(node, find);
    };
    find(ts.createSourceFile("cell.ts", typed, ts.ScriptTarget.ES2022));
    let written = "";
    let from = 0;
    for (const { at, text } of insertions) {
      written += typed.slice(from, at) + text;
      from = at;
    }
    const converted = convert(declarations, written + typed.slice(from));
    for (const { start, end, fileName } of converted.diagnostics) {
      if (!fileName) for (const place of [start, end]) countBack(place, insertions, typed);
    }
    return converted;
  }
  function countBack(place, insertions, typed) {
    let before = 0;
    for (const { at, text } of insertions) {
      const beyond = place.offset - at - before;
      if (beyond <= 0) break;
      // Within what was put in: the name it repeats.
      before += beyond < text.length ? beyond + text.length - 2 : text.length;
    }
    place.offset -= before;
    const lines = typed.slice(0, place.offset).split("\n");
    place.line = lines.length - 1;
    place.character = lines.at(-1).length;
  }
  return {
    ...rest,
    createConverter(options) {
      const converter = createConverter(options);
      const { convert } = converter;
      converter.convert = (declarations, source) => convertWritten(convert, declarations, source);
      return converter;
    },
  };
}

/** Fault: the wire messages `execute_input`, `error` and `execute_result` are never sent. Give the handler the means. */
function publishFromHandlers({ ZmqServer }) {
  const { handleExecute } = ZmqServer.prototype;
  ZmqServer.prototype.handleExecute = function (socket, message) {
    message.content.publish = (type, content) => {
      const out = message.createReply();
      out.header.msg_type = type;
      out.content = content;
      out.signAndSend(this.connInfo.key, this.iopub);
    };
    return handleExecute.call(this, socket, message);
  };
}

/** Send execution counts, results and errors as Jupyter means them, and output in few messages. */
function executeAsJupyterMeans({ JupyterHandlerImpl }) {
  const { handleExecuteImpl } = JupyterHandlerImpl.prototype;
  JupyterHandlerImpl.prototype.handleExecuteImpl = async function (request, writeStream, writeDisplay) {
    const count = this.execCount + 1;
    if (!request.silent) request.publish("execute_input", { code: request.code, execution_count: count });
    const stream = gather(writeStream);
    cell = {
      thrown: null,
      diagnostics: null,
      result(value) {
        stream.flush();
        const data = { "text/plain": typeof value === "string" ? value : inspect(value) };
        request.publish("execute_result", { execution_count: count, data, metadata: {} });
      },
    };
    const running = cell;
    const unbuilt = missingBuild(request.code);
    try {
      if (unbuilt) {
        this.execCount = count;
        running.thrown = { value: unbuilt };
        throw { count };
      }
      return await handleExecuteImpl.call(this, request, stream.write, (data, update) => {
        stream.flush();
        writeDisplay(data, update);
      });
    } catch (error) {
      if (typeof error?.count !== "number") running.thrown = { value: error };
      stream.flush();
      request.failure = describeFailure(running, request.code);
      request.publish("error", request.failure);
      throw error;
    } finally {
      stream.flush();
    }
  };
}

/**
 * Fault: one message per write. Twenty thousand of them take a page longer than its patience; text is gathered for
 * 50 ms or 64 KB. Text written after the cell has ended (a timer) still goes out.
 */
function gather(writeStream) {
  let name = "";
  let text = "";
  let timer;
  function flush() {
    clearTimeout(timer);
    timer = undefined;
    if (text) writeStream(name, text);
    text = "";
  }
  function write(toName, chunk) {
    if (toName !== name || text.length > 65_536) flush();
    name = toName;
    text += chunk;
    timer ??= setTimeout(flush, 50);
  }
  return { write, flush };
}

/**
 * Faults: after an error all cells that arrive within 200 ms are dropped, also when the page asked to go on
 * (`stop_on_error: false`); dropped cells answer "abort" where the protocol says "aborted"; replies carry no error.
 */
function honourStopOnError({ JupyterHandlerImpl }) {
  JupyterHandlerImpl.prototype.handleExecute = async function (request, ...rest) {
    const queue = this.execQueue;
    const goOn = request.stop_on_error === false;
    const wasDropped = (error) => error?.name === "TaskCanceledError";
    const task = queue.add(() => this.handleExecuteImpl(request, ...rest));
    if (goOn) {
      // What waits behind this cell runs, unless it was dropped itself.
      queue.prev = task.catch((error) => {
        if (wasDropped(error)) throw error;
      });
    }
    try {
      const { count } = await task;
      return { status: "ok", execution_count: count, user_expressions: {} };
    } catch (error) {
      if (wasDropped(error)) return { status: "aborted" };
      if (!goOn) queue.reset(200);
      return { status: "error", execution_count: this.execCount, ...request.failure };
    }
  };
}

/**
 * Faults: a kernel with a worker pool, a server or a timer left open never ends after `shutdown_request`, and one whose
 * Jupyter was killed lives on for ever.
 */
function leaveWhenDismissed({ ZmqServer }) {
  const { close } = ZmqServer.prototype;
  ZmqServer.prototype.close = function () {
    close.call(this);
    setTimeout(() => process.exit(0), 300).unref();
  };
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, 1000).unref();
}

/**
 * Faults: a question for the history is warned about in the output of the last cell and never answered, and one for
 * comms gets an answer of the wrong type.
 */
function answerEveryQuestion({ ZmqServer }) {
  const { handleShellMessage, publishStatus } = ZmqServer.prototype;
  const reply = (server, message, socket, type, content) => {
    const out = message.createReply();
    out.header.msg_type = type;
    out.content = content;
    out.signAndSend(server.connInfo.key, socket);
  };
  // tslab keeps the class of its messages to itself; the first question, for what the kernel is, shows it.
  let Message;
  ZmqServer.prototype.publishStatus = function (status, message) {
    Message ??= message.constructor;
    return publishStatus.call(this, status, message);
  };
  ZmqServer.prototype.handleShellMessage = async function (socket, ...frames) {
    const message = Message?.fromRaw(this.connInfo.key, frames);
    if (message?.header.msg_type !== "history_request") return handleShellMessage.call(this, socket, ...frames);
    this.publishStatus("busy", message);
    reply(this, message, socket, "history_reply", { status: "ok", history: [] });
    this.publishStatus("idle", message);
  };
  ZmqServer.prototype.handleCommInfoRequest = function (socket, message) {
    reply(this, message, socket, "comm_info_reply", { status: "ok", comms: {} });
  };
}

/** Fault: the kernel says it speaks TypeScript 3.7.2, and Jupyter writes that into every notebook. */
function tellTheVersion({ JupyterHandlerImpl }, requireFromTslab) {
  const { handleKernel } = JupyterHandlerImpl.prototype;
  JupyterHandlerImpl.prototype.handleKernel = function () {
    const reply = handleKernel.call(this);
    reply.language_info.version = requireFromTslab("@tslab/typescript-for-tslab").version;
    return { status: "ok", ...reply };
  };
}

/** An error that says what to do, if the cell imports a part of this package that is not built. */
function missingBuild(code) {
  const imports = code.matchAll(/(?:from|import|require\()\s*\(?["']segmenta(?:\/([\w-]+))?["']/g);
  const entries = [...imports].map(([, part]) => path.join(root, "dist", part ?? "", "index.js"));
  if (entries.every((entry) => existsSync(entry))) return null;
  const error = new Error("segmenta is not built yet: run `npm start` (or `npm run build`), then restart the kernel");
  error.name = "NotBuilt";
  error.stack = "";
  return error;
}

/** The content of an `error` message: from diagnostics if the cell did not compile, else from what it threw. */
function describeFailure({ diagnostics, thrown }, code) {
  if (diagnostics) {
    const lines = diagnostics.map(({ start, code: number, messageText, fileName }) => {
      const at = `${fileName ? `${fileName} ` : ""}line ${start.line + 1}:${start.character + 1}`;
      return { start, fileName, text: `${at} - error TS${number}: ${messageText}` };
    });
    const source = code.split("\n");
    const traceback = lines.flatMap(({ start, fileName, text }) => {
      const line = fileName ? undefined : source[start.line];
      return line === undefined ? [text] : [text, `    ${line}`, `    ${" ".repeat(start.character)}^`];
    });
    return { ename: "TypeScriptError", evalue: lines[0].text, traceback };
  }
  const value = thrown?.value;
  if (isInterrupt(value))
    return { ename: "Interrupted", evalue: "the cell was interrupted", traceback: ["Interrupted"] };
  if (!(value instanceof Error)) {
    const text = typeof value === "string" ? value : inspect(value);
    return { ename: "Thrown", evalue: text, traceback: [`Thrown: ${text}`] };
  }
  // An error of the user's to mend, as the command line prints it: what, where, how to mend it; no stack.
  const mistakes = value.name === "UserErrors" && Array.isArray(value.errors) ? value.errors : [value];
  if (mistakes.length > 0 && mistakes.every(isMistake)) {
    const evalue = mistakes.map(({ what }) => what).join("; ");
    return { ename: value.name, evalue, traceback: mistakes.flatMap(tellMistake) };
  }
  return { ename: value.name, evalue: value.message, traceback: readableStack(value) };
}

function isMistake(error) {
  return error?.name === "UserError" && typeof error.what === "string";
}

function tellMistake({ what, code, where, mend }) {
  return [`✘ ${what}   [${code}]`, ...(where ? [`  → ${where}`] : []), ...(mend ? [`  ✎ ${mend}`] : [])];
}

function isInterrupt(value) {
  return value?.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED" || value?.message === "Interrupted asynchronously";
}

/**
 * The stack without the frames of tslab, Node and this file, and without the excerpt of compiled code that `vm` puts
 * before it; frames of cells say so.
 */
function readableStack(error) {
  const internal = /node_modules[\\/]tslab[\\/]|[\\/]kernel\.cjs|\(node:|at node:|at new Promise \(<anonymous>\)/;
  const excerpt = /^(?:evalmachine\.<anonymous>|node:[\w/]+):\d+\n[^\n]*\n[ ^]*\n\n?/;
  const text = error.stack ? inspect(error).replace(excerpt, "") : `${error.name}: ${error.message}`;
  return text
    .split("\n")
    .filter((line) => !/^\s+at /.test(line) || !internal.test(line))
    .map((line) => line.replace(/evalmachine\.<anonymous>(?::\d+)*/, "cell"));
}

function start(connectionFile) {
  let requireFromTslab;
  try {
    requireFromTslab = createRequire(require.resolve("tslab/dist/main.js"));
  } catch (error) {
    console.error(
      `✘ the notebook kernel needs tslab: run \`npm start\` in ${root}\n  (${error.message.split("\n")[0]})`,
    );
    process.exit(2);
  }
  // These two before tslab's own modules bind to them.
  sendEveryMessage(requireFromTslab);
  checkTypesAsTheProjectDoes(requireFromTslab);
  const jupyter = requireFromTslab("./jupyter.js");
  replaceExports(requireFromTslab, "./converter.js", (converter) => writeShorthandsOut(requireFromTslab, converter));
  keepFailuresAndResults(requireFromTslab("./executor.js"));
  publishFromHandlers(jupyter);
  executeAsJupyterMeans(jupyter);
  honourStopOnError(jupyter);
  leaveWhenDismissed(jupyter);
  answerEveryQuestion(jupyter);
  tellTheVersion(jupyter, requireFromTslab);
  requireFromTslab("./main.js").startKernel({ configPath: connectionFile, enableFindLocal: false });
}

start(process.argv[2]);
