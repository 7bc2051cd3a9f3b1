import { it } from "vitest";
import { checkSteps } from "../checkSteps.ts";

it("nextStep converges in random histories and never breaks a rule of trust or of failurePolicy", () =>
  checkSteps(100));
