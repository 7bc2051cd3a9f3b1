import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildResult, build, type Plugin } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Bundles the commands that run in a cluster into one minified ESM file, the content of the container image. It needs
 * only Node.
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
    // Some packages are CommonJS and load modules of Node with `require`.
    banner: { js: 'import{createRequire as $require}from"node:module";const require=$require(import.meta.url);' },
    plugins: [withoutSideEffects],
  });
  const [file] = bundle.outputFiles;
  if (file === undefined) throw new Error("esbuild returned no file for infra/container/postern.ts");
  return { text: file.text, bundle };
}

/**
 * `@kubernetes/client-node` does not declare `sideEffects: false`, so a bundle would contain a class for every kind of
 * object (3 MB). A kubeconfig needs none of them. This plugin declares it.
 */
const withoutSideEffects: Plugin = {
  name: "without-side-effects",
  setup(pluginBuild) {
    const entry = createRequire(import.meta.url).resolve("@kubernetes/client-node");
    const isOfPackage = (file: string): boolean => file.startsWith(dirname(entry));
    pluginBuild.onResolve({ filter: /^@kubernetes\/client-node$/ }, () => ({ path: entry, sideEffects: false }));
    pluginBuild.onResolve({ filter: /^\.{1,2}\/.*\.js$/ }, ({ path, importer }) =>
      isOfPackage(importer) ? { path: resolve(dirname(importer), path), sideEffects: false } : undefined,
    );
  },
};
