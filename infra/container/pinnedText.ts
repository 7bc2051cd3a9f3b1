import type { BaseImage } from "./baseImages.ts";

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Whether a reference to an image has a digest: `NAME:TAG@sha256:…` (OCI image-spec, "Digests"). */
export function isPinned(reference: string): boolean {
  const at = reference.indexOf("@");
  return at > 0 && DIGEST.test(reference.slice(at + 1));
}

/** The reference to an image in the text of its file. Throws when the file has no such line. */
export function referenceIn(text: string, image: BaseImage): string {
  const lines = text.split("\n").filter((line) => line.startsWith(image.line) && matches(line, image));
  const [line] = lines;
  if (line === undefined || lines.length > 1)
    throw new Error(`${image.file}: expected one line "${image.line.trim()} ${image.tag}", found ${lines.length}`);
  return line.slice(image.line.length);
}

/** The text with the digest of an image. Throws for a digest that is none. */
export function pinnedText(text: string, image: BaseImage, digest: string): string {
  if (!DIGEST.test(digest)) throw new Error(`${image.tag}: expected sha256: and 64 hex digits, not "${digest}"`);
  const before = `${image.line}${referenceIn(text, image)}\n`;
  return text.replace(before, () => `${image.line}${image.tag}@${digest}\n`);
}

/** A line may have no reference yet, the tag, or another tag of the same image with its digest. */
function matches(line: string, { line: prefix, tag }: BaseImage): boolean {
  const reference = line.slice(prefix.length);
  const name = tag.slice(0, tag.lastIndexOf(":"));
  return reference === "" || reference.startsWith(`${name}:`) || reference.startsWith(`${name}@`);
}
