import { expect, it, vi } from "vitest";
import { defineGate } from "../../src/gate/config/defineGate.ts";
import { createWorker } from "../../src/hosts/createWorker.ts";
import { denyLabels } from "../../src/policies/labels/denyLabels.ts";
import { reviewCall } from "../gate/gateCall.ts";

const gate = defineGate({ policies: [denyLabels()], clusters: { local: {} } });

function context() {
  return { waitUntil: vi.fn(), passThroughOnException: vi.fn(), props: {} };
}

it.each(["{", "[]", '{"kty":"RSA"}'])("judges on with a signing key that is refused, and says so: %s", async (key) => {
  const log = vi.mocked(console.log);
  const response = await createWorker(gate).fetch(
    reviewCall("/c/local/validate"),
    { POSTERN_SIGNING_KEY: key },
    context(),
  );
  expect(await response.json()).toMatchObject({ response: { allowed: false } });
  expect(log.mock.calls.flat().join()).toContain("the signing key is refused; self-tests are unsigned");
  log.mockClear();
});

it("has the runtime wait for each call, so that one whose caller goes away still ends", async () => {
  const one = context();
  const answer = createWorker(gate).fetch(reviewCall("/c/local/validate"), {}, one);
  expect(one.waitUntil).toHaveBeenCalledTimes(1);
  await answer;
  await expect(one.waitUntil.mock.calls[0]?.[0]).resolves.toBeUndefined();
});
