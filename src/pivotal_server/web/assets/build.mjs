// Packs the style sheets, scripts, fonts and icons of the app into one folder of files named by their
// content, each with its gzip beside it, and manifest.json that maps plain names to those files.
// Called by build_assets.py: node build.mjs <output folder> <icon names joined by commas>
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const [output, iconNames] = process.argv.slice(2);
const icons = iconNames.split(",");
const here = import.meta.dirname;
const PUBLIC = "/static/";
const COMPRESSED = new Set([".css", ".js", ".svg", ".txt"]);
const NOT_SHIPPED = new Set(["esbuild"]);

/** Keeps the Latin subsets of a font: others fall back to the reader's system font. */
const latinOnly = {
  name: "latin-only",
  setup(build) {
    build.onLoad({ filter: /fontsource-variable.*\.css$/ }, async ({ path }) => {
      const faces = (await readFile(path, "utf8")).match(/@font-face \{[^}]*\}/g);
      const latin = faces.filter((face) => /files\/[a-z-]+?-latin(-ext)?-wght/.test(face));
      if (latin.length !== 2) throw new Error(`expected the two Latin subsets in ${path}, found ${latin.length}`);
      return { contents: latin.join("\n"), loader: "css" };
    });
  },
};

const manifest = {};

async function bundle(entries, format) {
  const { metafile } = await build({
    absWorkingDir: here,
    entryPoints: entries,
    outdir: output,
    bundle: true,
    minify: true,
    format,
    metafile: true,
    entryNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    publicPath: PUBLIC,
    loader: { ".woff2": "file", ".svg": "file" },
    // Our styles use nesting and relative colours as they are; older browsers are not served.
    target: ["chrome125", "firefox128", "safari18"],
    legalComments: "eof",
    plugins: [latinOnly],
    logLevel: "warning",
  });
  for (const [path, { entryPoint, inputs }] of Object.entries(metafile.outputs)) {
    const source = entryPoint ?? Object.keys(inputs)[0];
    manifest[basename(source)] = basename(path);
  }
}

async function emit(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8);
  const file = `${basename(name, extname(name))}-${hash}${extname(name)}`;
  await writeFile(join(output, file), content);
  manifest[name] = file;
}

/** One sprite with the icons that templates and scripts name. */
async function sprite() {
  const symbols = await Promise.all(
    icons.map(async (name) => {
      const svg = await readFile(join(here, "node_modules/lucide-static/icons", `${name}.svg`), "utf8");
      const shapes = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
      return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.replace(/\s*\n\s*/g, "")}</symbol>`;
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
}

/** The licences of all packages whose code or pictures are in the output. */
async function licences() {
  const { devDependencies } = JSON.parse(await readFile(join(here, "package.json"), "utf8"));
  const texts = [];
  for (const name of Object.keys(devDependencies).filter((name) => !NOT_SHIPPED.has(name))) {
    const folder = join(here, "node_modules", name);
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const text = file ? await readFile(join(folder, file), "utf8") : "";
    texts.push(`${name} ${version} (${license})\n\n${text.trim()}\n`);
  }
  return texts.join(`\n${"-".repeat(72)}\n\n`);
}

await mkdir(output, { recursive: true });
const pages = (await readdir(join(here, "css/pages"))).map((file) => `css/pages/${file}`);
await bundle(["css/app.css", ...pages, "js/app.js", "js/docs.js", "js/sortable.js", "js/try.js"], "esm");
await bundle(["js/early.js"], "iife");
await emit("icons.svg", await sprite());
await emit("pivotal.svg", await readFile(join(here, "img/pivotal.svg")));
await emit("licences.txt", await licences());

for (const file of await readdir(output)) {
  if (!COMPRESSED.has(extname(file))) continue;
  await writeFile(join(output, `${file}.gz`), gzipSync(await readFile(join(output, file)), { level: 9 }));
}
const sorted = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : 1)));
await writeFile(join(output, "manifest.json"), `${JSON.stringify({ assets: sorted, icons }, null, 2)}\n`);
