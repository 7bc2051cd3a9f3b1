import { execFile } from "node:child_process";
import { copyFile, cp, mkdir, readFile, realpath, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { baseImages } from "../../../../infra/container/baseImages.ts";

const run = promisify(execFile);
const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";
/** What Node needs. The real base images have these packages as well. */
const LIBRARIES = ["libc6", "libstdc++6", "libgcc-s1", "base-files", "tzdata"];
const SHELL = ["dash", "coreutils"];

/**
 * Builds stand-ins for the base images of the Dockerfile: packages of Debian, the Node of this package, and the npm of this
 * machine. They have the names and the paths of the real ones. Resolves to their names by build argument.
 */
export async function standInImages(
  folder: string,
  buildah: (args: readonly string[]) => Promise<string>,
): Promise<Readonly<Record<"BUILD_IMAGE" | "RUNTIME_IMAGE", string>>> {
  await mkdir(folder, { recursive: true });
  const suite = /^VERSION_CODENAME=(\w+)$/m.exec(await readFile("/etc/os-release", "utf8"))?.[1] ?? "stable";
  const packages = async (name: string, list: readonly string[]): Promise<void> => {
    await run("mmdebstrap", ["--quiet", "--variant=extract", `--include=${list.join()}`, suite, join(folder, name)]);
  };
  await packages("build.tar", [...LIBRARIES, ...SHELL]);
  await packages("runtime.tar", LIBRARIES);
  await copyFile(await realpath(process.execPath), join(folder, "node"));
  await copyFile(CERTIFICATES, join(folder, "ca-certificates.crt"));
  await writeFile(join(folder, "npmrc"), `cafile=${CERTIFICATES}\n`);
  await cp(await npmPackage(), join(folder, "npm"), { recursive: true });
  const image = async (tag: string, lines: readonly string[]): Promise<string> => {
    const file = join(folder, `${tag.replaceAll(/\W/g, "-")}.Dockerfile`);
    await writeFile(file, ["FROM scratch", ...lines, `COPY ca-certificates.crt ${CERTIFICATES}`, ""].join("\n"));
    await buildah(["bud", "--isolation=chroot", "--layers=false", "--file", file, "--tag", tag, folder]);
    return tag;
  };
  const BUILD_IMAGE = await image(qualified("BUILD_IMAGE"), [
    "ADD build.tar /",
    "COPY node /usr/local/bin/node",
    "COPY npm /usr/local/lib/node_modules/npm",
    "COPY npmrc /usr/local/etc/npmrc",
    'RUN ["/bin/ln", "-s", "../lib/node_modules/npm/bin/npm-cli.js", "/usr/local/bin/npm"]',
    "ENV PATH=/usr/local/bin:/usr/bin:/bin",
  ]);
  const RUNTIME_IMAGE = await image(qualified("RUNTIME_IMAGE"), [
    "ADD runtime.tar /",
    "COPY node /nodejs/bin/node",
    "USER 65532",
  ]);
  return { BUILD_IMAGE, RUNTIME_IMAGE };
}

/** The name of a base image with its registry, as buildah stores it. */
function qualified(argument: string): string {
  const tag = baseImages.find(({ line }) => line === `ARG ${argument}=`)?.tag;
  if (tag === undefined) throw new Error(`infra/container/baseImages.ts has no line "ARG ${argument}="`);
  return dirname(tag) === "." ? `docker.io/library/${tag}` : tag;
}

/** The folder of the npm that is first on PATH. Its command is a link to `npm/bin/npm-cli.js`. */
async function npmPackage(): Promise<string> {
  for (const path of (process.env.PATH ?? "").split(delimiter)) {
    const script = await realpath(join(path, "npm")).catch(() => "");
    if (script.endsWith("/bin/npm-cli.js")) return dirname(dirname(script));
  }
  throw new Error("there is no npm on PATH");
}
