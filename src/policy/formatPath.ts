const PLAIN = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** `spec.containers[0].image`; names with other characters as `metadata.labels["a/b"]`. */
export function formatPath(segments: readonly (string | number)[]): string {
  let path = "";
  for (const segment of segments) {
    if (typeof segment === "number") path += `[${segment}]`;
    else if (PLAIN.test(segment)) path += path === "" ? segment : `.${segment}`;
    else path += `[${JSON.stringify(segment)}]`;
  }
  return path;
}
