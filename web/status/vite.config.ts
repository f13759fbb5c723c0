// One file of HTML with all in it, compressed, and the Content-Security-Policy that allows just its script and style.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const here = import.meta.dirname ?? new URL(".", import.meta.url).pathname;

/** What the page may do: nothing but its own script and style, pictures of its own, and its own origin's API. */
function policy(page: string): string {
  const hashes = (tag: string) =>
    [...page.matchAll(new RegExp(`<${tag}[^>]*>([^]*?)</${tag}>`, "g"))]
      .map((m) => `'sha256-${createHash("sha256").update(m[1] ?? "").digest("base64")}'`)
      .join(" ");
  return [
    "default-src 'none'",
    `script-src ${hashes("script")}`,
    `style-src ${hashes("style")}`,
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "media-src blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

function oneFile(): Plugin {
  let folder = "";
  return {
    name: "one-file",
    enforce: "post",
    configResolved: (config) => void (folder = resolve(config.root, config.build.outDir)),
    generateBundle(_options, bundle) {
      let page = "";
      let script = "";
      let style = "";
      for (const [name, file] of Object.entries(bundle)) {
        if (file.type === "chunk") script += file.code;
        else if (name.endsWith(".css")) style += file.source;
        else if (name.endsWith(".html")) page = String(file.source);
        delete bundle[name];
      }
      page = page
        .replace(/\s*<script[^>]*src=[^>]*><\/script>/, "")
        .replace(/\s*<link rel="stylesheet"[^>]*>/, "")
        .replace("</head>", () => `<style>${style.trim()}</style>\n</head>`)
        .replace("</body>", () => `<script type="module">${script.trim().replaceAll("</script", "<\\/script")}</script>\n</body>`);
      mkdirSync(folder, { recursive: true });
      // The time stamp in gzip's head is zero: the same sources make the same bytes.
      writeFileSync(resolve(folder, "index.html.gz"), gzipSync(page, { level: 9 }));
      writeFileSync(resolve(folder, "policy.txt"), policy(page));
    },
  };
}

/** The sentences of the command line are for it alone. */
function pageWords(): Plugin {
  return {
    name: "page-words",
    enforce: "pre",
    load(id) {
      if (!id.endsWith("words/en.json")) return null;
      const all = Object.entries(JSON.parse(readFileSync(id, "utf8")) as Record<string, string>);
      return JSON.stringify(Object.fromEntries(all.filter(([key]) => !/^(cli|doctor)\./.test(key))));
    },
  };
}

export default defineConfig({
  root: here,
  resolve: { alias: { "@qnet/api": resolve(here, "../api/src/index.ts") } },
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
  plugins: [pageWords(), oneFile()],
  build: {
    target: "es2022",
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: 1 << 20,
    reportCompressedSize: false,
    rollupOptions: { output: { inlineDynamicImports: true } },
  },
});
