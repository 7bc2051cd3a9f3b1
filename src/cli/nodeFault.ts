/** The oldest Node that `postern` runs on: `engines` of package.json. */
export const MIN_NODE = "22.12";

/** Why a version of Node cannot run `postern`; undefined for one that can. This file runs on any Node with ES modules. */
export function nodeFault(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [minMajor = 0, minMinor = 0] = MIN_NODE.split(".").map(Number);
  if (major > minMajor || (major === minMajor && minor >= minMinor)) return undefined;
  return `postern needs Node ${MIN_NODE} or later, and this is Node ${version}`;
}
