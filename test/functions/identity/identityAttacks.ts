import type { Attack } from "./attacks/Attack.ts";
import { capabilityAttacks } from "./attacks/capabilityAttacks.ts";
import { headerAttacks } from "./attacks/headerAttacks.ts";
import { pathAttacks } from "./attacks/pathAttacks.ts";
import { tokenAttacks } from "./attacks/tokenAttacks.ts";
import { tokenTextAttacks } from "./attacks/tokenTextAttacks.ts";

/** All attacks. Each must be refused on each runtime that it is for. */
export const identityAttacks: readonly Attack[] = [
  ...tokenAttacks,
  ...tokenTextAttacks,
  ...headerAttacks,
  ...pathAttacks,
  ...capabilityAttacks,
];
