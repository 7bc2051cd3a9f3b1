import { afterAll, beforeAll, expect, it } from "vitest";
import { scaledRate } from "../../run/speedFactor.ts";
import { AdmissionLoad } from "../load/AdmissionLoad.ts";
import { steadyLoad } from "../load/steadyLoad.ts";
import { acceptedCallers } from "./acceptedCallers.ts";
import { CapabilityBed } from "./CapabilityBed.ts";
import { postReview } from "./postReview.ts";

/** On the reference machine. A gate answers ten refused calls of an address in a second, and then asks it to wait. */
const STRANGERS_PER_SECOND = 5;
const CREATES_PER_SECOND = 50;

let bed: CapabilityBed;
let load: AdmissionLoad;

beforeAll(async () => {
  bed = await CapabilityBed.start();
  load = await AdmissionLoad.prepare(bed.cluster.api);
});

afterAll(() => bed?.stop());

it("an empty cluster is registered with capabilities: no create is refused on the way, and no caller without one gets a verdict", async () => {
  const { gate } = bed;
  const validateUrl = `${gate.url}/c/e2e/validate/default`;
  let creates: readonly { readonly result: string }[] = [];
  const strangers = await steadyLoad(
    () => postReview(validateUrl, { ca: gate.ca }),
    scaledRate(STRANGERS_PER_SECOND),
    async (calls) => {
      creates = await steadyLoad(
        () => load.create(),
        scaledRate(CREATES_PER_SECOND),
        async (admissions) => {
          await Promise.all([admissions.ended(25), calls.ended(3)]);
          await bed.applyBase();
          await admissions.ended(10);
          await bed.register();
          await admissions.ended(50, (result) => result === "judged");
          await calls.ended(3);
        },
      );
    },
  );
  const results = creates.map(({ result }) => result);
  // A create before the registration is in force is allowed, and not changed by the gate's mutator.
  expect(new Set(results)).toEqual(new Set(["201 undefined", "judged"]));
  expect(new Set(strangers.map(({ result }) => result))).toEqual(new Set(["401"]));
  // In force means in force: each create after the first judged ones was judged.
  expect(results.slice(-40)).toEqual(Array.from({ length: 40 }, () => "judged"));
  expect(Object.keys(await acceptedCallers(bed.metricsPort))).toEqual(["capability"]);
  const [capability = "", ...others] = await bed.capabilities();
  expect([capability.split(".").length, others]).toEqual([3, []]);
  const withCapability = `${gate.url}/k/${capability}/c/e2e/validate/default`;
  expect(await postReview(withCapability, { ca: gate.ca })).toBe("200 true");
  expect(gate.log()).not.toContain(capability);
});
