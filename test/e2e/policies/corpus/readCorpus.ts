import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { helmTemplate } from "../../../../src/cli/manifests/notManifest.ts";
import { parseManifests } from "../../../../src/cli/manifests/parseManifests.ts";
import type { JsonObject } from "../../../../src/protocol/Json.ts";

/** An object that other people have published, and the file it is in. */
export interface CorpusObject {
  /** The module and the path in it: `k8s.io/kubernetes/cluster/addons/…`. Without the version of the module. */
  readonly file: string;
  readonly object: JsonObject;
}

/** All objects of the corpus, in a fixed order, and what of its files is none. */
export interface Corpus {
  readonly objects: readonly CorpusObject[];
  /** Files of which an object is judged. */
  readonly files: number;
  /** Objects that are equal to one before. */
  readonly duplicates: number;
  /** Documents that a tool has to fill in first, and other ones that are no objects. */
  readonly unreadable: number;
}

/** The modules with manifests, by the folder of the `go.mod` that says their version. Each module is named once. */
const MODULES: Readonly<Record<string, readonly string[]>> = {
  controlplane: [
    "k8s.io/apimachinery",
    "k8s.io/cli-runtime",
    "k8s.io/kube-aggregator",
    "k8s.io/kubernetes",
    "sigs.k8s.io/kwok",
  ],
  certmanager: ["github.com/cert-manager/cert-manager", "sigs.k8s.io/gateway-api"],
  tools: ["github.com/google/certificate-transparency-go"],
};
/** Inputs of unit tests, which are often wrong on purpose; and code of others. */
const OTHER_FOLDERS = /(?:^|\/)(?:testdata\d?|vendor|third_party)\//;
const CLUSTER = fileURLToPath(new URL("../../../cluster/", import.meta.url));
const run = promisify(execFile);

/** Reads the corpus from the module cache of Go. Modules that are not in it are downloaded. */
export async function readCorpus(): Promise<Corpus> {
  const seen = new Set<string>();
  const files = new Set<string>();
  const objects: CorpusObject[] = [];
  let duplicates = 0;
  let unreadable = 0;
  for (const { module, folder } of await moduleFolders())
    for (const path of await yamlFiles(folder)) {
      const text = await readFile(join(folder, path), "utf8");
      // No document of it is a manifest before Helm has rendered it.
      if (helmTemplate(join(folder, path), text) !== undefined) continue;
      const { manifests, faults } = parseManifests(path, text);
      unreadable += faults.filter(({ other }) => other === undefined).length;
      for (const { object } of manifests) {
        const content = JSON.stringify(object, (_, value) => (typeof value === "bigint" ? String(value) : value));
        if (seen.has(content)) duplicates += 1;
        else {
          seen.add(content);
          files.add(`${module}/${path}`);
          objects.push({ file: `${module}/${path}`, object });
        }
      }
    }
  return { objects, files: files.size, duplicates, unreadable };
}

async function moduleFolders(): Promise<{ module: string; folder: string }[]> {
  const found: { module: string; folder: string }[] = [];
  for (const [place, modules] of Object.entries(MODULES)) {
    const cwd = join(CLUSTER, place);
    // The download is for a module of which a build that was made elsewhere needs nothing here.
    await run("go", ["mod", "download", ...modules], { cwd });
    const { stdout } = await run("go", ["list", "-m", "-f", "{{.Path}} {{.Dir}}", ...modules], { cwd });
    for (const line of stdout.trim().split("\n")) {
      const [module = "", folder = ""] = line.split(" ");
      found.push({ module, folder });
    }
  }
  return found;
}

async function yamlFiles(folder: string): Promise<string[]> {
  const paths = await readdir(folder, { recursive: true });
  return paths.filter((path) => /\.ya?ml(?:\.in|\.base)?$/.test(path) && !OTHER_FOLDERS.test(path)).sort();
}
