import { it } from "vitest";
import { checkSteps } from "../checkSteps.ts";

it("no step writes what would refuse the endpoint, brings a stranger's root, takes one away too early, or lets be ignored what may not be; and all of it converges", () =>
  checkSteps(100));
