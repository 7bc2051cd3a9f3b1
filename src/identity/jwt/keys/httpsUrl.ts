/** Longer URLs are not used for keys. */
const MAX_URL = 2048;

/** Parses an https URL; undefined for any other text, and for one with user, password or fragment. */
export function httpsUrl(text: string): URL | undefined {
  if (text.length > MAX_URL || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isPlain = url.username === "" && url.password === "" && !text.includes("#");
  return url.protocol === "https:" && isPlain ? url : undefined;
}
