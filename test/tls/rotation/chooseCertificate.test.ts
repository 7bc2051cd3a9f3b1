import { expect, it } from "vitest";
import {
  type CertificateView,
  chooseCertificate,
  type SlotStatus,
} from "../../../src/tls/rotation/chooseCertificate.ts";

const view = (main: SlotStatus, standby: SlotStatus, more: Partial<CertificateView> = {}): CertificateView => ({
  main,
  standby,
  renewing: false,
  servingInTime: true,
  ...more,
});

it.each<[what: string, view: CertificateView, serve: "main" | "standby" | undefined, why: string]>([
  ["main valid", view("valid", "valid"), "main", "main-valid"],
  ["main valid, none beside it", view("valid", "absent"), "main", "main-valid"],
  ["main being renewed", view("valid", "valid", { renewing: true }), undefined, "renewing"],
  ["main being renewed, half written", view("unloadable", "valid", { renewing: true }), undefined, "renewing"],
  ["being renewed, standby no help", view("valid", "expired", { renewing: true }), "main", "main-valid"],
  [
    "being renewed for too long: what serves has ended",
    view("expired", "valid", { renewing: true, servingInTime: false }),
    "standby",
    "main-unusable",
  ],
  ["main expired", view("expired", "valid"), "standby", "main-unusable"],
  ["main unloadable", view("unloadable", "valid"), "standby", "main-unusable"],
  ["main not yet valid", view("not-yet-valid", "valid"), "standby", "main-unusable"],
  ["main near its end", view("ending", "valid"), "standby", "main-unusable"],
  ["both near their end", view("ending", "ending"), "main", "main-valid"],
  ["main near its end, none beside it", view("ending", "absent"), "main", "main-valid"],
  ["main expired, standby near its end", view("expired", "ending"), "standby", "main-unusable"],
  ["neither valid", view("expired", "not-yet-valid"), undefined, "neither-valid"],
  ["main unloadable, none beside it", view("unloadable", "absent"), undefined, "neither-valid"],
])("%s", (_what, given, serve, why) => {
  expect(chooseCertificate(given)).toEqual({ serve, why });
});

it("never serves what is not in its time, nor what cannot be loaded", () => {
  const all: readonly SlotStatus[] = ["valid", "ending", "expired", "not-yet-valid", "unloadable", "absent"];
  for (const main of all)
    for (const standby of all)
      for (const renewing of [false, true])
        for (const servingInTime of [false, true]) {
          const { serve } = chooseCertificate({ main, standby, renewing, servingInTime });
          if (serve !== undefined) expect(["valid", "ending"]).toContain({ main, standby }[serve]);
        }
});
