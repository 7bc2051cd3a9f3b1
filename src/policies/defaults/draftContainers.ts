import type { Container, EphemeralContainer, PodSpec } from "kubernetes-types/core/v1.js";
import { matchesGlob } from "../../protocol/matchesGlob.ts";

/** The init containers, sidecars and containers of a mutator's draft, without those with an image of `exemptImages`. */
export function draftContainers(spec: PodSpec | undefined, exemptImages: readonly string[]): Container[] {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].filter((it) => !isExempt(it, exemptImages));
}

/** The ephemeral containers of a mutator's draft that `old` does not have yet: the others cannot be changed. */
export function newEphemeralContainers(
  spec: PodSpec | undefined,
  old: PodSpec | undefined,
  exemptImages: readonly string[],
): EphemeralContainer[] {
  const had = new Set(old?.ephemeralContainers?.map(({ name }) => name));
  return (spec?.ephemeralContainers ?? []).filter((it) => !had.has(it.name) && !isExempt(it, exemptImages));
}

function isExempt({ image = "" }: { readonly image?: string }, exemptImages: readonly string[]): boolean {
  return exemptImages.some((glob) => matchesGlob(glob, image));
}
