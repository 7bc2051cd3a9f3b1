import { afterAll, beforeAll, describe } from "vitest";
import type { ChildService } from "../cluster/ChildService.ts";
import { gateRestart } from "./gateRestart.ts";
import { RolloutBed } from "./RolloutBed.ts";
import { rolloutCalls } from "./rolloutCalls.ts";
import { rolloutDeployment } from "./rolloutDeployment.ts";
import { rolloutKinds } from "./rolloutKinds.ts";
import { rolloutTroubles } from "./rolloutTroubles.ts";
import { sideBySide } from "./sideBySide.ts";

/** All of these are in one cluster, one after the other, each with a controller of its own. */
let bed: RolloutBed;
const bedOf = (): RolloutBed => bed;

beforeAll(async () => {
  bed = await RolloutBed.start();
});

afterAll(() => bed?.stop());

describe("a Deployment, under a load of creates that fail where the gate cannot be called", () =>
  rolloutDeployment(bedOf));

describe("POST /rollout", () => rolloutCalls(bedOf));

describe("other kinds, in place, and what comes in between", () => {
  let controller: ChildService;

  beforeAll(async () => {
    controller = await bed.controller();
  });

  afterAll(() => controller?.stop());

  sideBySide({ ...rolloutKinds(bedOf), ...rolloutTroubles(bedOf) });
});

describe("the gate's own Pods", () => gateRestart(bedOf));
