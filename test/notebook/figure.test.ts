/** Still pictures, and what the page is sent for a figure. */
import { inflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Kernel, startKernel } from "../../src/notebook/kernel-client.js";
import { collectOutputs } from "../../src/notebook/outputs.js";
import { encodePng, encodeSmallPng } from "../../src/notebook/png.js";
import { figureToPng, figureToSvg, type PlotlyFigure } from "../../src/notebook/static-image.js";
import { type Folder, notebookFolder } from "./make.js";

const map: PlotlyFigure = {
  data: [
    {
      type: "scatter",
      mode: "markers",
      name: "Low Spender",
      x: [1, 2, 3],
      y: [2, 1, 3],
      marker: { color: "#004fd3", size: 8 },
    },
    {
      type: "scattergl",
      mode: "markers",
      name: "High Spender",
      x: [4, 5],
      y: [5, 4],
      marker: { color: "#ee901c", size: 8 },
    },
  ],
  layout: {
    title: { text: "Do the segments part?", subtitle: { text: "two components" } },
    xaxis: { title: { text: "component 1" } },
    yaxis: { title: { text: "component 2" }, automargin: true },
    height: 300,
    showlegend: true,
  },
};

/** Where the text of an SVG with those words is put. */
function placeOf(svg: string, words: string): { x: number; y: number } {
  const tag = new RegExp(`<text[^>]*>${words}`).exec(svg)?.[0] ?? "";
  return { x: Number(/ x="([-\d.]+)"/.exec(tag)?.[1]), y: Number(/ y="([-\d.]+)"/.exec(tag)?.[1]) };
}

describe("an SVG", () => {
  const svg = figureToSvg(map);

  test("has every mark, also of WebGL traces, every word and the size asked for", () => {
    expect(svg).toMatch(/^<svg [^>]*width="760" height="300"/);
    expect(svg.match(/class="point"/g)).toHaveLength(5);
    for (const words of ["Do the segments part", "two components", "component 1", "component 2", "Low Spender"]) {
      expect(svg).toContain(words);
    }
  });

  test("puts the title over the subtitle and the axis title below the plot", () => {
    expect(placeOf(svg, "Do the segments part").y).toBeLessThan(placeOf(svg, "two components").y - 10);
    expect(placeOf(svg, "component 1").y).toBeGreaterThan(260);
    expect(placeOf(svg, "component 1").y).toBeLessThan(300);
  });

  test("draws arrows of annotations with their heads", () => {
    const arrow = {
      x: 2,
      y: 2,
      ax: 1,
      ay: 1,
      xref: "x",
      yref: "y",
      axref: "x",
      ayref: "y",
      text: "",
      showarrow: true,
      arrowhead: 2,
    };
    const arrows = figureToSvg({ ...map, layout: { ...map.layout, annotations: [arrow] } });
    // The shaft ends before the head, and is not dashed away; the head is a path of its own.
    expect(arrows).toMatch(/class="annotation-arrow-g"/);
    expect(arrows.match(/annotation-arrow-g[\s\S]*?<\/g>/)?.[0].match(/<path/g)).toHaveLength(2);
    expect(arrows).not.toContain("stroke-dasharray: 0px, 100px");
  });

  test("is the same each time, and leaves the figure as it was", () => {
    const before = JSON.stringify(map);
    expect(figureToSvg(map)).toBe(svg);
    expect(JSON.stringify(map)).toBe(before);
  });

  test("widens its left margin for long names", () => {
    const bars = (name: string) =>
      figureToSvg({
        data: [{ type: "bar", orientation: "h", x: [1], y: [name] }],
        layout: { yaxis: { automargin: true } },
      });
    const left = (text: string) => Number(/<clipPath[^>]*id="clip[^"]*xy"[^>]*><rect x="([\d.]+)"/.exec(text)?.[1]);
    expect(left(bars("agglomerative linkage=average k=10 covariance"))).toBeGreaterThan(left(bars("a")) + 150);
  });
});

/** Width, height and the RGBA rows of an 8-bit PNG without filters. */
function decodePng(png: Buffer): { width: number; height: number; at(x: number, y: number): number[] } {
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const start = png.indexOf("IDAT");
  const raw = inflateSync(png.subarray(start + 4, start + 4 + png.readUInt32BE(start - 4)));
  return { width, height, at: (x, y) => [...raw.subarray(y * (width * 4 + 1) + 1 + x * 4).subarray(0, 4)] };
}

test("a PNG is written pixel by pixel", () => {
  const rgba = Uint8ClampedArray.from([1, 2, 3, 255, 4, 5, 6, 255, 7, 8, 9, 255, 10, 11, 12, 0]);
  const picture = decodePng(encodePng(2, 2, rgba));
  expect([picture.width, picture.height]).toEqual([2, 2]);
  expect(picture.at(1, 0)).toEqual([4, 5, 6, 255]);
  expect(picture.at(1, 1)).toEqual([10, 11, 12, 0]);
});

describe("a small PNG", () => {
  /** The colours, pixel by pixel, of an 8-bit indexed PNG without filters. */
  function decode(png: Buffer): string[] {
    const width = png.readUInt32BE(16);
    const part = (type: string) => {
      const start = png.indexOf(type);
      return png.subarray(start + 4, start + 4 + png.readUInt32BE(start - 4));
    };
    const palette = part("PLTE");
    const raw = inflateSync(part("IDAT"));
    return [...raw.keys()]
      .filter((i) => i % (width + 1) !== 0)
      .map((i) => palette.subarray(3 * raw[i]!, 3 * raw[i]! + 3).toString("hex"));
  }
  const pixels = (colours: readonly number[]) =>
    Uint8Array.from(colours.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255, 255]));

  test("keeps every colour of a picture of few", () => {
    const colours = [0xffffff, 0x004fd3, 0xee901c, 0x1f2328, 0xffffff, 0x47c0b4];
    expect(decode(encodeSmallPng(3, 2, pixels(colours)))).toEqual(
      colours.map((colour) => colour.toString(16).padStart(6, "0")),
    );
  });

  test("gives two colours that are nearly alike the one that most of the pixels have", () => {
    const colours = [0xfefefe, 0xffffff, 0xffffff, 0x000000];
    expect(decode(encodeSmallPng(2, 2, pixels(colours)))).toEqual(["ffffff", "ffffff", "ffffff", "000000"]);
  });

  test("of more than 256 colours replaces the rare ones by near ones", () => {
    const many = Array.from({ length: 64 * 64 }, (_, i) => (((i >> 6) * 4) << 16) | (((i & 63) * 4) << 8));
    const seen = decode(encodeSmallPng(128, 64, pixels([...many, ...new Array<number>(64 * 64).fill(0xffffff)])));
    expect(new Set(seen).size).toBe(256);
    expect(seen.at(-1)).toBe("ffffff");
  });
});

test("a heatmap keeps a colour for each cell, unblurred, and its colour bar", () => {
  const svg = figureToSvg({
    data: [
      {
        type: "heatmap",
        z: [
          [0, 1],
          [1, 0],
        ],
        colorscale: [
          [0, "#ff0000"],
          [1, "#0000ff"],
        ],
        xgap: 0,
        ygap: 0,
      },
    ],
    layout: { width: 300, height: 300 },
  });
  expect(svg).toContain("image-rendering: optimizeSpeed");
  expect(svg).toMatch(/fill: url\(#/);
  const image = /data:image\/png;base64,([A-Za-z0-9+/=]+)/.exec(svg)?.[1] ?? "";
  const cells = decodePng(Buffer.from(image, "base64"));
  const colours = [
    [0, 0],
    [cells.width - 1, 0],
    [0, cells.height - 1],
    [cells.width - 1, cells.height - 1],
  ].map(([x, y]) => cells.at(x!, y!).slice(0, 3).join());
  expect(colours).toEqual(["0,0,255", "255,0,0", "255,0,0", "0,0,255"]);
});

test("a figure becomes a PNG of one and a half times its size", () => {
  const png = figureToPng(map);
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1140, 450]);
  expect(figureToPng(map).equals(png)).toBe(true);
  expect(figureToPng(map, { width: 200, height: 100, scale: 1 }).readUInt32BE(16)).toBe(200);
});

describe("in a page", () => {
  let folder: Folder;
  let kernel: Kernel;
  beforeAll(async () => {
    folder = await notebookFolder();
    kernel = await startKernel({ cwd: folder.path });
  });
  afterAll(async () => {
    await kernel.stop();
    await folder.remove();
  });

  async function outputs(code: string, keepLibrary: boolean) {
    const collector = collectOutputs();
    const request = { code, silent: false, store_history: true, allow_stdin: false, stop_on_error: false };
    await kernel.request("execute_request", request, collector.hear);
    return collector.outputs({ keepLibrary, maxOutputBytes: 1e6 });
  }

  test("a figure is one display: a picture that a script replaces, and the JSON; the library comes once", async () => {
    const tricky = { ...map, alt: 'words with <tags> & "quotes" </script>' };
    const code = `import { show } from "segmenta/notebook"; const figure = ${JSON.stringify(tricky)}; show(figure); show(figure);`;
    const [library, first, second, ...rest] = await outputs(code, true);
    expect(rest).toEqual([]);
    expect(JSON.stringify(library).length).toBeGreaterThan(1e6);
    if (first?.output_type !== "display_data" || second?.output_type !== "display_data") throw new Error("no figures");
    const html = String(first.data["text/html"]);
    expect(html).toMatch(/<img alt="words with &lt;tags&gt; &amp; &quot;quotes&quot; &lt;\/script&gt;" width="760"/);
    expect(html).toMatch(/src="data:image\/png;base64,iVBOR/);
    expect(html.match(/<\/script/g)).toHaveLength(1);
    expect(html).toContain("window.Plotly.newPlot");
    expect(first.data["application/vnd.plotly.v1+json"]).toEqual({ data: map.data, layout: map.layout });
    expect(first.data["text/plain"]).toBe(`[figure] ${tricky.alt}`);
    const id = (output: typeof first) => /<div id="([^"]+)"/.exec(String(output.data["text/html"]))?.[1];
    expect(id(first)).not.toBe(id(second));
  });

  test("tables are HTML, words are Markdown", async () => {
    const shown = await outputs(
      'import { show as again } from "segmenta/notebook"; again([{ k: 2 }]); again("## words");',
      false,
    );
    expect(shown).toMatchObject([
      { data: { "text/html": expect.stringContaining("<table"), "text/plain": "k\n2" } },
      { data: { "text/markdown": "## words" } },
    ]);
  });

  test("cells can keep what the library answers: its types can be named", async () => {
    await outputs('import { toDanfo, progress as begin, runNotebook } from "segmenta/notebook";', false);
    const declared = await outputs(
      'const bar = begin("x"); const job = runNotebook; const table = { rows: 1, id: null, columns: [{ kind: "text" as const, name: "t", values: ["u"] }] }; const frame = toDanfo(table);',
      false,
    );
    expect(declared).toEqual([]);
    expect(await outputs("console.log(frame.columns, typeof job);", false)).toMatchObject([
      { text: "[ 't' ] function\n" },
    ]);
  });
});
