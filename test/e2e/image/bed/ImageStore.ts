import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { patience } from "../../../run/speedFactor.ts";
import { standInImages } from "./standInImages.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));
/** A build takes about a minute on the reference machine. Most of it is npm. */
const LIMIT_MS = patience(300_000);

/** The `config` of an image, as far as it is read here. */
export interface ImageConfig {
  readonly User?: string;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[] | null;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
}

/**
 * Images that buildah builds without a daemon, in a folder of their own. Its `RUN` steps are processes in a chroot, so it
 * needs no namespaces and no registry: the base images are stand-ins with the names of the real ones.
 */
export class ImageStore {
  readonly #folder: string;
  #bases: Readonly<Record<string, string>> = {};

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Creates a store with the base images. */
  static async create(): Promise<ImageStore> {
    const store = new ImageStore(await mkdtemp(join(tmpdir(), "postern-images-")));
    try {
      const bases = await standInImages(join(store.#folder, "bases"), (args) => store.buildah(args));
      store.#bases = Object.fromEntries(
        await Promise.all(
          Object.entries(bases).map(async ([argument, tag]) => [argument, `${tag}@${await store.#digestOf(tag)}`]),
        ),
      );
      return store;
    } catch (error) {
      await store.remove();
      throw error;
    }
  }

  /** The references of the base images by build argument, each with tag and digest. */
  get bases(): Readonly<Record<string, string>> {
    return this.#bases;
  }

  /** Builds a target of the Dockerfile; without one its last stage. `bases` replaces the references of base images. */
  async build(tag: string, target?: string, bases = this.#bases): Promise<string> {
    const args = Object.entries(bases).flatMap(([name, reference]) => ["--build-arg", `${name}=${reference}`]);
    return this.buildah([
      "bud",
      "--isolation=chroot",
      "--pull-never",
      "--layers",
      "--volume",
      `${await npmCache()}:/root/.npm`,
      "--ignorefile",
      join(ROOT, "infra/container/Dockerfile.dockerignore"),
      "--file",
      join(ROOT, "infra/container/Dockerfile"),
      ...(target === undefined ? [] : ["--target", target]),
      ...args,
      "--tag",
      tag,
      ROOT,
    ]);
  }

  async configOf(tag: string): Promise<ImageConfig> {
    return JSON.parse(await this.buildah(["inspect", "--type", "image", tag])).OCIv1.config;
  }

  /** Mounts a container of an image. Resolves to the path of its root file system. */
  async mount(tag: string): Promise<string> {
    const container = (await this.buildah(["from", "--pull-never", tag])).trim();
    return (await this.buildah(["mount", container])).trim();
  }

  /** Runs buildah with the store. Resolves to its standard output. */
  async buildah(args: readonly string[]): Promise<string> {
    const places = ["--root", join(this.#folder, "store"), "--runroot", join(this.#folder, "run")];
    try {
      const options = { timeout: LIMIT_MS, maxBuffer: 1 << 26 };
      return (await run("buildah", [...places, ...args], options)).stdout;
    } catch (error) {
      const said = String(Reflect.get(Object(error), "stderr"))
        .trim()
        .split("\n")
        .slice(-20)
        .join("\n");
      throw new Error(`buildah ${args[0]}: ${said}`, { cause: error });
    }
  }

  /** Unmounts and deletes everything. */
  async remove(): Promise<void> {
    await this.buildah(["rm", "--all"]).catch(() => undefined);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #digestOf(tag: string): Promise<string> {
    return (await this.buildah(["inspect", "--type", "image", "--format", "{{.FromImageDigest}}", tag])).trim();
  }
}

/** What npm has downloaded, so that a build downloads only what is missing. */
async function npmCache(): Promise<string> {
  const { stdout } = await run("npm", ["config", "get", "cache"]);
  return stdout.trim();
}

/** The lines of a file of the repository. */
export function repositoryText(path: string): Promise<string> {
  return readFile(join(ROOT, path), "utf8");
}
