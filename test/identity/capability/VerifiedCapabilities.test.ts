import * as fc from "fast-check";
import { expect, it } from "vitest";
import { VerifiedCapabilities } from "../../../src/identity/capability/VerifiedCapabilities.ts";
import { claimsFrom } from "./CapabilityBed.ts";

it("VerifiedCapabilities keeps as many as it may: those that were used last", () => {
  const use = fc.record({ token: fc.nat({ max: 9 }).map(String), isAdded: fc.boolean() });
  fc.assert(
    fc.property(fc.array(use), fc.integer({ min: 1, max: 5 }), (uses, capacity) => {
      const cache = new VerifiedCapabilities(capacity);
      let model: string[] = [];
      for (const { token, isAdded } of uses) {
        if (isAdded) cache.add(token, claimsFrom({ jti: token }));
        else expect(cache.get(token)?.jti).toBe(model.includes(token) ? token : undefined);
        if (isAdded || model.includes(token)) model = [...model.filter((it) => it !== token), token].slice(-capacity);
      }
      for (let token = 0; token < 10; token += 1)
        if (!model.includes(String(token))) expect(cache.get(String(token))).toBeUndefined();
      for (const token of model) expect(cache.get(token)?.jti).toBe(token);
    }),
  );
});
