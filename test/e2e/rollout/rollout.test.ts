import { afterAll, beforeAll, describe } from "vitest";
import type { ChildService } from "../../cluster/ChildService.ts";
import { concurrentTests } from "../run/concurrentTests.ts";
import { gateRestart } from "./gateRestart.ts";
import { RolloutBed } from "./RolloutBed.ts";
import { rolloutCalls } from "./rolloutCalls.ts";
import { rolloutDeployment } from "./rolloutDeployment.ts";
import { rolloutInterruptions } from "./rolloutInterruptions.ts";
import { rolloutKinds } from "./rolloutKinds.ts";

/** All suites share one cluster. They run one after the other, each with a separate controller. */
let bed: RolloutBed;
const bedOf = (): RolloutBed => bed;

beforeAll(async () => {
  bed = await RolloutBed.start();
});

afterAll(() => bed?.stop());

describe("postern rollout with a Deployment under load", () => rolloutDeployment(bedOf));

describe("postern rollout with its HTTP server", () => rolloutCalls(bedOf));

describe("postern rollout", () => {
  let controller: ChildService;

  beforeAll(async () => {
    controller = await bed.startController();
  });

  afterAll(() => controller?.stop());

  concurrentTests({ ...rolloutKinds(bedOf), ...rolloutInterruptions(bedOf) });
});

describe("a gate on Node with two Pods", () => gateRestart(bedOf));
