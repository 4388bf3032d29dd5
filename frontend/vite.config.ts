/** Builds office.ts, portal.ts and the icon sprite into the ui app's static folder. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const target = "../enishi/ui/static/enishi";

type Node = [string, Record<string, string>];

/** One SVG sprite of the icons named in icons.txt, as `icons.svg` in the manifest. */
function iconSprite(): Plugin {
  return {
    name: "icon-sprite",
    buildStart() {
      this.addWatchFile("icons.txt");
    },
    generateBundle() {
      const drawn = JSON.parse(
        readFileSync("node_modules/@tabler/icons/tabler-nodes-outline.json", "utf8"),
      ) as Record<string, Node[]>;
      const names = readFileSync("icons.txt", "utf8").split(/\s+/).filter(Boolean);
      const symbols = names.map((name) => {
        const nodes = drawn[name];
        if (!nodes) throw new Error(`icons.txt names "${name}", which Tabler does not draw.`);
        const inner = nodes
          .map(([tag, attrs]) => {
            const written = Object.entries(attrs).map(([key, value]) => ` ${key}="${value}"`);
            return `<${tag}${written.join("")}/>`;
          })
          .join("");
        return `<symbol id="${name}" viewBox="0 0 24 24">${inner}</symbol>`;
      });
      this.emitFile({
        type: "asset",
        name: "icons.svg",
        originalFileName: "icons.svg",
        source: `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`,
      });
    },
  };
}

/** Beside every file its .gz and .br, so that the server packs nothing. */
function packed(): Plugin {
  return {
    name: "packed",
    apply: "build",
    closeBundle() {
      const folder = join(target, "assets");
      if (!existsSync(folder)) return; // the build has failed, and says why itself
      for (const name of readdirSync(folder)) {
        const plain = readFileSync(join(folder, name));
        writeFileSync(join(folder, `${name}.gz`), gzipSync(plain, { level: 9 }));
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(plain));
      }
    },
  };
}

export default defineConfig({
  base: "./",
  publicDir: "public",
  plugins: [iconSprite(), packed()],
  build: {
    outDir: target,
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    cssTarget: ["chrome123", "safari17.5", "firefox120"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      input: {
        office: "src/office.ts",
        portal: "src/portal.ts",
        segments: "src/segments.ts",
        campaigns: "src/campaigns.ts",
      },
    },
  },
});
