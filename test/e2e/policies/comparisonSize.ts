/** A number of objects. `npm run soak:policies` asks for the full one. */
export function comparisonSize({ quick, full }: { readonly quick: number; readonly full: number }): number {
  return process.env.POSTERN_OBJECTS === "all" ? full : quick;
}
