/**
 * Whether Go takes a string for the DNS name of a subject alternative name, or (`constraint`) of a name constraint, where
 * one leading dot is allowed (domainNameValid in crypto/x509/parser.go). The empty string is.
 */
export function isDomainName(name: string, constraint: boolean): boolean {
  if (name === "") return true;
  const labels = (constraint && name.startsWith(".") ? name.slice(1) : name).split(".");
  return labels.every((label) => /^[!-~]+$/.test(label));
}
