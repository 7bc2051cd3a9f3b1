import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Versions } from "./Project.ts";
import { readManifest } from "./readManifest.ts";

/** The folder of this package. */
const HOME = fileURLToPath(new URL("../../..", import.meta.url));

/** The versions with which this package is tested, of the packages that it uses. Throws for another name. */
export function testedVersions(): Versions {
  const { dependencies = {}, devDependencies = {} } = readManifest(join(HOME, "package.json"));
  return (name) => {
    const version = dependencies[name] ?? devDependencies[name];
    if (version === undefined) throw new Error(`${name} is no dependency of this package`);
    return version;
  };
}
