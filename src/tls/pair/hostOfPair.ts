import type { LoadedPair } from "./LoadedPair.ts";
import type { PairRules } from "./verifyPair.ts";

/** A name that a server with this pair can be asked by: one that it has to be for, else one that it is for. */
export function hostOfPair({ leaf }: Pick<LoadedPair, "leaf">, { hosts }: Pick<PairRules, "hosts">): string {
  const [name = "localhost"] = [...hosts, ...leaf.sans.dns, ...leaf.sans.ip];
  return name.replace("*", "host");
}
