import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { ChildService } from "../cluster/ChildService.ts";
import { RolloutBed } from "./RolloutBed.ts";

let bed: RolloutBed;
let controller: ChildService | undefined;

beforeAll(async () => {
  bed = await RolloutBed.start();
});

afterEach(async () => {
  await controller?.stop();
});

afterAll(() => bed?.stop());

it("rolls a Deployment for each revision", async () => {
  await bed.certificate("one", { "postern.dev/rollout": "deployment/one" });
  await bed.workload("one", "one");
  controller = await bed.controller();
  try {
    await bed.condition("one", "True", 1);
  } catch (error) {
    throw new Error(`${error}\n${controller.log()}`);
  }
  const revision = await bed.renew("one");
  await bed.condition("one", "True", revision);
  expect(await bed.pods("one")).toEqual([
    expect.objectContaining({ revision: "2" }),
    expect.objectContaining({ revision: "2" }),
  ]);
  console.error(await bed.events("one"), controller.log());
});
