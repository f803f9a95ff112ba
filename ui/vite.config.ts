import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

// The build goes beside the Python package, which serves it; hashed names are cached for a year.
export default defineConfig({
  plugins: [vue()],
  build: { outDir: "../svyaz/static", emptyOutDir: true, target: "baseline-widely-available", assetsInlineLimit: 0 },
  server: { proxy: { "/api": process.env["SVYAZ_API"] ?? "http://127.0.0.1:8000" } },
});
