export { baseline } from "./baseline.ts";
export { bestPractices } from "./bestPractices.ts";
export { multiTenant } from "./multiTenant.ts";
export { restricted } from "./restricted.ts";
