/**
 * The text of a file of the repository with another version: the constant, image tags of manifests, or the heading of the
 * changelog. A file without any of them keeps its text.
 */
export function versionedText(
  path: string,
  text: string,
  { version, date }: { version: string; date: string },
): string {
  if (path === "CHANGELOG.md")
    return text.includes(`## [${version}]`)
      ? text
      : text.replace(/^## \[Unreleased\]\n/m, () => `## [Unreleased]\n\n## [${version}] - ${date}\n`);
  if (path === "src/protocol/posternVersion.ts")
    return text.replace(/(POSTERN_VERSION = ")[^"]*/, (_, before: string) => `${before}${version}`);
  return text.replace(
    /(\bimage: postern(?:-gate)?:)\d+\.\d+\.\d+(?:-[\w.]+)?/g,
    (_, before: string) => `${before}${version}`,
  );
}
