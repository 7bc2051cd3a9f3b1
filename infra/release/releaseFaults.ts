import * as z from "zod/mini";

/** What a release is checked by. */
export interface ReleaseFiles {
  /** The name of the tag. */
  readonly tag: string;
  /** The text of package.json. */
  readonly manifest: string;
  readonly changelog: string;
  /** `POSTERN_VERSION`, which the gate and the registrations state. */
  readonly stated: string;
  /** The repository that the workflow runs in, as `OWNER/NAME`. Undefined elsewhere. */
  readonly repository: string | undefined;
}

const manifestSchema = z.looseObject({
  version: z.string(),
  repository: z.optional(z.union([z.string(), z.looseObject({ url: z.string() })])),
});

/** Why a tag cannot be released, one line for each fault: what, where, what was expected. */
export function releaseFaults({ tag, manifest, changelog, stated, repository }: ReleaseFiles): string[] {
  const parsed = manifestSchema.safeParse(JSON.parse(manifest));
  if (!parsed.success) return ["package.json: expected a version"];
  const { version, repository: source } = parsed.data;
  const faults: string[] = [];
  if (tag !== `v${version}`) faults.push(`tag: expected v${version}, the version of package.json, found ${tag}`);
  if (stated !== version)
    faults.push(`src/protocol/posternVersion.ts: expected ${version}, found ${stated}; npm version writes it`);
  const section = changelog.split(/^(?=## )/m).find((it) => it.startsWith(`## [${version}] - `));
  if (section === undefined) faults.push(`CHANGELOG.md: expected a section "## [${version}] - YYYY-MM-DD"`);
  else if (!/^- /m.test(section)) faults.push(`CHANGELOG.md: the section of ${version} has no entry`);
  const url = typeof source === "string" ? source : (source?.url ?? "");
  // npm refuses to publish with provenance from another repository than the one that package.json names.
  if (repository !== undefined && !new RegExp(`github\\.com/${escaped(repository)}(?:\\.git)?$`, "i").test(url))
    faults.push(`package.json: expected repository.url "git+https://github.com/${repository}.git", found "${url}"`);
  return faults;
}

function escaped(text: string): string {
  return text.replaceAll(/[^\w/-]/g, "\\$&");
}
