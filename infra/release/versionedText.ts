/** What precedes the version of Postern in manifests, examples and documentation: an image, a tarball, a tag of kustomize. */
const NAMED = /(\b(?:postern|postern-gate)[:-]|\bnewTag: )(\d+\.\d+\.\d+(?:-[\w.]+)?)(?![\w.]*\d)/g;

/** The change of a version. */
export interface VersionChange {
  readonly from: string;
  readonly to: string;
  /** `YYYY-MM-DD`. */
  readonly date: string;
}

/**
 * The text of a file of the repository with another version: the constant, the heading of the changelog, or what names an
 * image or a tarball of the version before. Any other text stays as it is.
 */
export function versionedText(path: string, text: string, { from, to, date }: VersionChange): string {
  if (path === "CHANGELOG.md")
    return text.includes(`## [${to}]`)
      ? text
      : text.replace(/^## \[Unreleased\]\n/m, () => `## [Unreleased]\n\n## [${to}] - ${date}\n`);
  if (path === "src/protocol/posternVersion.ts")
    return text.replace(/(POSTERN_VERSION = ")[^"]*/, (_, before: string) => `${before}${to}`);
  return text.replace(NAMED, (all, before: string, version: string) => (version === from ? `${before}${to}` : all));
}
