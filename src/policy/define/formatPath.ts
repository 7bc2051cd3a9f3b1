const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** Formats a path as `spec.containers[0].image`, and names with other characters as `metadata.labels["a/b"]`. */
export function formatPath(segments: readonly (string | number)[]): string {
  let path = "";
  for (const segment of segments) {
    if (typeof segment === "number") path += `[${segment}]`;
    else if (PLAIN_NAME.test(segment)) path += path === "" ? segment : `.${segment}`;
    else path += `[${JSON.stringify(segment)}]`;
  }
  return path;
}
