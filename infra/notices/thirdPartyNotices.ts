import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Metafile } from "esbuild";
import * as z from "zod/mini";

/** The name of the file with the notices of a bundle. It is shipped beside the bundle. */
export const NOTICES_FILE = "THIRD-PARTY-NOTICES.txt";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** The folder of the package that a file belongs to: after the last `node_modules`. */
const PACKAGE_FOLDER = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;
const LICENCE_FILE = /^(?:un)?licen[cs]e(?:[-.].*)?$|^copying(?:\..*)?$/i;
const NOTICE_FILE = /^notice(?:\..*)?$/i;
const manifestSchema = z.looseObject({ name: z.string(), version: z.string(), license: z.string() });

/** A package with the texts that its licence requires to be passed on. */
interface PackageNotice {
  /** Name and version. */
  readonly title: string;
  /** The SPDX expression of its licence. */
  readonly license: string;
  readonly text: string;
}

/** The folders of the packages whose code is in a bundle, relative to the repository, sorted. */
export function bundledPackages({ outputs }: Pick<Metafile, "outputs">): string[] {
  const inputs = Object.values(outputs).flatMap((output) => Object.keys(output.inputs));
  return [...new Set(inputs.flatMap((input) => PACKAGE_FOLDER.exec(input)?.[0] ?? []))].sort();
}

/**
 * The notices of a bundle: name, version, licence and licence text of each package whose code is in it. Bundles are built
 * without comments, so they contain none of these texts. Throws for a package without a licence.
 */
export async function thirdPartyNotices(metafile: Pick<Metafile, "outputs">, folder = root): Promise<string> {
  const packages = await Promise.all(bundledPackages(metafile).map((path) => readNotice(join(folder, path))));
  packages.sort((left, right) => (left.title < right.title ? -1 : 1));
  const titles = new Map<string, string[]>();
  for (const { title, text } of packages) titles.set(text, [...(titles.get(text) ?? []), title]);
  return [
    "This program contains the following packages. Their licences follow.",
    "",
    ...packages.map(({ title, license }) => `${title} (${license})`),
    ...[...titles].flatMap(([text, of]) => ["", "-".repeat(80), `Licence of ${of.join(", ")}:`, "", text]),
    "",
  ].join("\n");
}

async function readNotice(folder: string): Promise<PackageNotice> {
  const manifest = manifestSchema.safeParse(JSON.parse(await readFile(join(folder, "package.json"), "utf8")));
  if (!manifest.success)
    throw new Error(`${folder}/package.json: expected name, version and license; do not bundle a package without them`);
  const { name, version, license } = manifest.data;
  const files = (await readdir(folder)).sort();
  const licences = files.filter((file) => LICENCE_FILE.test(file)).map((file) => join(folder, file));
  // Some packages have the Apache License in their manifest only. Postern's own licence has the same text.
  if (licences.length === 0 && license === "Apache-2.0") licences.push(join(root, "LICENSE"));
  if (licences.length === 0)
    throw new Error(
      `${name} ${version}: expected a licence file for ${license} in ${folder}; do not bundle it without`,
    );
  const notices = files.filter((file) => NOTICE_FILE.test(file)).map((file) => join(folder, file));
  const texts = await Promise.all([...licences, ...notices].map((file) => readFile(file, "utf8")));
  const text = texts.map((it) => it.replaceAll("\r\n", "\n").trim()).join("\n\n");
  return { title: `${name} ${version}`, license, text };
}
