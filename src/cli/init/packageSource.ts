import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { CliError } from "../terminal/CliError.ts";
import { readFault } from "../terminal/readFault.ts";
import type { ProjectFile } from "./Project.ts";
import { readManifest } from "./readManifest.ts";

/** How a project gets this package: what its package.json says, and the tarball in it. */
export interface PackageSource {
  readonly spec: string;
  readonly files: readonly ProjectFile[];
}

/** A repository or a tarball elsewhere, as npm names it. */
const REMOTE = /^(?:git\+(?:https|ssh):\/\/|https:\/\/|github:)[\w.@:/#?=&%~+-]+$/;
const TARBALL_NAME = /^[\w.-]+\.tgz$/;
/** The folder of this package. */
const HOME = fileURLToPath(new URL("../../..", import.meta.url));

/**
 * What a project installs: the package that `--package` names, or the tarball that this process was installed from. A tarball is copied
 * into the project. Throws {@link CliError}.
 */
export async function packageSource(given: string | undefined, home = HOME): Promise<PackageSource> {
  if (given !== undefined && REMOTE.test(given)) return { spec: given, files: [] };
  const file = given ?? installedFrom(home);
  if (REMOTE.test(file)) return { spec: file, files: [] };
  const content = await readTarball(file, given === undefined);
  const name = TARBALL_NAME.test(basename(file)) ? basename(file) : "postern.tgz";
  return { spec: `file:vendor/${name}`, files: [{ path: `vendor/${name}`, content }] };
}

async function readTarball(file: string, isDefault: boolean): Promise<Uint8Array> {
  const advice = "name the tarball of npm pack, or a git or https URL, with --package";
  const what = isDefault ? "the package that this command is from" : "--package";
  if (file === "") throw new CliError("usage", `--package: an empty path was given; ${advice}`);
  try {
    const content = await readFile(file);
    // The first bytes of gzip (RFC 1952, section 2.3.1).
    if (content[0] === 0x1f && content[1] === 0x8b) return content;
  } catch (error) {
    throw new CliError("usage", `${what}, ${file}, cannot be read: ${readFault(error)}; ${advice}`, error);
  }
  throw new CliError("usage", `${what}, ${file}, is no tarball; ${advice}`);
}

/** Where this package was installed from, or what `npm pack` made of this checkout. Throws {@link CliError}. */
function installedFrom(home: string): string {
  const modules = dirname(home.replace(/[/\\]$/, ""));
  if (basename(modules) !== "node_modules") {
    const { version = "" } = readManifest(join(home, "package.json"));
    const tarball = join(home, `postern-${version}.tgz`);
    if (existsSync(tarball)) return tarball;
    throw new CliError(
      "usage",
      `this command runs from a checkout: run npm pack in ${home}, or name a package with --package`,
    );
  }
  const root = dirname(modules);
  const spec = specIn(join(root, "package.json"));
  if (spec === undefined)
    throw new CliError("usage", `${root}: its package.json does not say where postern is from; name it with --package`);
  return spec.startsWith("file:") ? resolve(root, spec.slice("file:".length)) : spec;
}

function specIn(file: string): string | undefined {
  try {
    const { dependencies, devDependencies } = readManifest(file);
    return dependencies?.postern ?? devDependencies?.postern;
  } catch {
    return undefined;
  }
}
