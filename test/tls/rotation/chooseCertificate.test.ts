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
  isServingValid: true,
  ...more,
});

it.each<[what: string, view: CertificateView, serve: "main" | "standby" | undefined, reason: string]>([
  ["with both valid", view("valid", "valid"), "main", "main-valid"],
  ["with main valid and no standby", view("valid", "absent"), "main", "main-valid"],
  ["with both valid and main being renewed", view("valid", "valid", { renewing: true }), undefined, "renewing"],
  ["with main half-written during its renewal", view("unloadable", "valid", { renewing: true }), undefined, "renewing"],
  ["with main being renewed and standby expired", view("valid", "expired", { renewing: true }), "main", "main-valid"],
  [
    "with main being renewed and the serving certificate expired",
    view("expired", "valid", { renewing: true, isServingValid: false }),
    "standby",
    "main-unusable",
  ],
  ["with main expired", view("expired", "valid"), "standby", "main-unusable"],
  ["with main unloadable", view("unloadable", "valid"), "standby", "main-unusable"],
  ["with main not yet valid", view("not-yet-valid", "valid"), "standby", "main-unusable"],
  ["with main near its end", view("ending", "valid"), "standby", "main-unusable"],
  ["with both near their end", view("ending", "ending"), "main", "main-valid"],
  ["with main near its end and no standby", view("ending", "absent"), "main", "main-valid"],
  ["with main expired and standby near its end", view("expired", "ending"), "standby", "main-unusable"],
  ["with neither valid", view("expired", "not-yet-valid"), undefined, "neither-valid"],
  ["with main unloadable and no standby", view("unloadable", "absent"), undefined, "neither-valid"],
])("chooseCertificate %s (%j) serves %s", (_title, given, serve, reason) => {
  expect(chooseCertificate(given)).toEqual({ serve, reason });
});

it("chooseCertificate never chooses a certificate outside its dates or one that cannot be loaded", () => {
  const all: readonly SlotStatus[] = ["valid", "ending", "expired", "not-yet-valid", "unloadable", "absent"];
  for (const main of all)
    for (const standby of all)
      for (const renewing of [false, true])
        for (const isServingValid of [false, true]) {
          const { serve } = chooseCertificate({ main, standby, renewing, isServingValid });
          if (serve !== undefined) expect(["valid", "ending"]).toContain({ main, standby }[serve]);
        }
});
