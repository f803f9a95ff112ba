import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import vue from "@vitejs/plugin-vue";
import { defineConfig, type Plugin } from "vite";

// Built from the same tree as the server, so the version is the same.
const version = /__version__ = "([^"]+)"/.exec(readFileSync("../svyaz/__init__.py", "utf8"))?.[1] ?? "";

const PACKED = /\.(js|css|svg)$/;
const WORTH_BYTES = 1024;

// Packed once here rather than by the server for every reader; it sends <file>.gz where there is one.
function packed(): Plugin {
  let folder = "";
  return {
    name: "packed",
    apply: "build",
    configResolved: (config) => void (folder = join(config.build.outDir, config.build.assetsDir)),
    closeBundle() {
      for (const name of readdirSync(folder).filter((one) => PACKED.test(one))) {
        const content = readFileSync(join(folder, name));
        if (content.length >= WORTH_BYTES) writeFileSync(join(folder, `${name}.gz`), gzipSync(content, { level: 9 }));
      }
    },
  };
}

// What main.ts reaches without waiting comes as one file: in dozens of small ones it would be a tenth heavier.
const FIRST = join(import.meta.dirname, "src", "main.ts");
const first = new Set<string>();
function isFirst(id: string, importedBy: (id: string) => readonly string[]): boolean {
  const todo = first.size ? [] : [FIRST];
  for (let at = todo.pop(); at; at = todo.pop()) {
    if (first.has(at)) continue;
    first.add(at);
    todo.push(...importedBy(at));
  }
  return first.has(id);
}

// The build goes beside the Python package, which serves it; hashed names are cached for a year.
export default defineConfig({
  plugins: [vue(), packed()],
  // Components here have set-up functions only: the code for the older way of writing them is left out.
  define: { __VERSION__: JSON.stringify(version), __VUE_OPTIONS_API__: "false" },
  build: {
    outDir: "../svyaz/static",
    emptyOutDir: true,
    target: "baseline-widely-available",
    assetsInlineLimit: 0,
    // A page that is opened later names its styles beforehand, not its scripts: the first screen would carry the list of
    // all of them, two kilobytes of names.  It costs one more round at the first opening; then files are kept for a year.
    modulePreload: { resolveDependencies: (_, files, { hostType }) => (hostType === "html" ? files : files.filter((file) => file.endsWith(".css"))) },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ name: (id, graph) => (isFirst(id, (one) => graph.getModuleInfo(one)?.importedIds ?? []) ? "first" : null) }],
        },
      },
    },
  },
  server: { proxy: { "/api": process.env["SVYAZ_API"] ?? "http://127.0.0.1:8000" } },
});
