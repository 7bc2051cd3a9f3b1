import { fileURLToPath } from "node:url";
import { type BuildResult, build, type Plugin } from "esbuild";

/** The entries in functions/: one for each runtime, and Workers with all parts of records. */
export type FunctionName = "worker" | "workerRecords" | "lambda" | "node";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A bundle with its metafile, which lists the bundled modules. */
export type Bundle = BuildResult<{ metafile: true; write: false }>;

/**
 * Bundles functions/NAME.ts for deployment: one minified ESM file. The worker's bundle is built without `node:` modules:
 * an import of one fails the build. `gate` is the path of a gate that replaces functions/gate.ts.
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
    // Without it, the bundle contains the development checks of packages, and reads a global that Workers may not have.
    define: { "process.env.NODE_ENV": '"production"' },
    plugins: gate === undefined ? [] : [otherGate(gate)],
    ...(name === "worker" || name === "workerRecords"
      ? { platform: "neutral", mainFields: ["module", "main"], conditions: ["workerd", "worker", "browser"] }
      : { platform: "node" }),
    // Lambda's runtime has it. It is loaded when records are configured.
    ...(name === "lambda" ? { external: ["@aws-sdk/*"] } : {}),
    // Some packages are CommonJS and load Node's built-in modules with `require`.
    ...(name === "node"
      ? {
          banner: { js: 'import{createRequire as $require}from"node:module";const require=$require(import.meta.url);' },
        }
      : {}),
  });
  const [file] = bundle.outputFiles;
  if (file === undefined) throw new Error(`esbuild wrote no output for functions/${name}.ts`);
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
