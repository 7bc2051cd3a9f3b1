import { fileURLToPath } from "node:url";
import { type BuildResult, build, type Plugin } from "esbuild";

/** The runtimes that functions/ has an entry for. */
export type FunctionName = "worker" | "lambda" | "node";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A bundle with what went into it. */
export type Bundle = BuildResult<{ metafile: true; write: false }>;

/**
 * Bundles functions/NAME.ts as it is deployed: one minified ESM file. The worker's is built without `node:` modules at
 * hand, so that one that sneaks in fails the build. `gate` is the path of another gate than functions/gate.ts.
 */
export async function bundleFunction(name: FunctionName, gate?: string): Promise<{ text: string; bundle: Bundle }> {
  const bundle: Bundle = await build({
    absWorkingDir: root,
    entryPoints: [`functions/${name}.ts`],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2023",
    metafile: true,
    write: false,
    logLevel: "silent",
    legalComments: "none",
    // Without it packages bring their development checks along, and ask for a global that Workers need not have.
    define: { "process.env.NODE_ENV": '"production"' },
    plugins: gate === undefined ? [] : [otherGate(gate)],
    ...(name === "worker"
      ? { platform: "neutral", mainFields: ["module", "main"], conditions: ["workerd", "worker", "browser"] }
      : { platform: "node" }),
    // Some packages are CommonJS, and ask for Node's own modules by `require`.
    ...(name === "node"
      ? {
          banner: { js: 'import{createRequire as $require}from"node:module";const require=$require(import.meta.url);' },
        }
      : {}),
  });
  const [file] = bundle.outputFiles;
  if (file === undefined) throw new Error(`esbuild made no file of functions/${name}.ts`);
  return { text: file.text, bundle };
}

function otherGate(path: string): Plugin {
  return {
    name: "other-gate",
    setup({ onResolve }) {
      onResolve({ filter: /^\.\/gate\.ts$/ }, () => ({ path }));
    },
  };
}
