import { build } from "esbuild";

/** Bundles a Worker of a test, with its gate. It needs the compatibility flag `nodejs_als`. `entry` is the path of its module. */
export async function bundleWorker(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2023",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "browser"],
    define: { "process.env.NODE_ENV": '"production"' },
    // The only module of Node that the flag brings.
    external: ["node:async_hooks"],
    write: false,
    logLevel: "silent",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`esbuild wrote no output for ${entry}`);
  return file.text;
}
