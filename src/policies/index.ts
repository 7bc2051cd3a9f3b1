export { denyLabels } from "./denyLabels.ts";
