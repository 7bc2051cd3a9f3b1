import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildResult, build, type Plugin } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Bundles the commands that run in a cluster into one minified ESM file, which needs Node and nothing else: this is what
 * the image has in it.
 */
export async function bundleContainer(): Promise<{
  text: string;
  bundle: BuildResult<{ metafile: true; write: false }>;
}> {
  const bundle = await build({
    absWorkingDir: root,
    entryPoints: ["infra/container/postern.ts"],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node24",
    metafile: true,
    write: false,
    logLevel: "silent",
    legalComments: "none",
    define: { "process.env.NODE_ENV": '"production"' },
    // Some packages are CommonJS, and ask for Node's own modules by `require`.
    banner: { js: 'import{createRequire as $require}from"node:module";const require=$require(import.meta.url);' },
    plugins: [withoutSideEffects],
  });
  const [file] = bundle.outputFiles;
  if (file === undefined) throw new Error("esbuild made no file of infra/container/postern.ts");
  return { text: file.text, bundle };
}

/**
 * `@kubernetes/client-node` does not say that importing it changes nothing, and so would come with a class for every kind
 * of object that there is (3 MB), of which a kubeconfig needs none.
 */
const withoutSideEffects: Plugin = {
  name: "without-side-effects",
  setup(pluginBuild) {
    const entry = createRequire(import.meta.url).resolve("@kubernetes/client-node");
    const isItsOwn = (file: string): boolean => file.startsWith(dirname(entry));
    pluginBuild.onResolve({ filter: /^@kubernetes\/client-node$/ }, () => ({ path: entry, sideEffects: false }));
    pluginBuild.onResolve({ filter: /^\.{1,2}\/.*\.js$/ }, ({ path, importer }) =>
      isItsOwn(importer) ? { path: resolve(dirname(importer), path), sideEffects: false } : undefined,
    );
  },
};
