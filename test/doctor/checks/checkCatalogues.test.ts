import { expect, it } from "vitest";
import { checkCatalogues } from "../../../src/doctor/checks/checkCatalogues.ts";
import { encodeBundle } from "../../../src/trust/bundle.ts";
import { catalogue, catalogueOrigins } from "../../../src/trust/roots/catalogue.ts";
import { doctorCa, registrations } from "../doctorView.ts";

const DAY_MS = 86_400_000;
const after = (days: number): number => Date.parse(catalogueOrigins.aws.comparedOn) + days * DAY_MS;

it.each<[days: number, found: string[]]>([
  [0, []],
  [180, []],
  [181, ["catalogue aws"]],
  [400, ["catalogue aws"]],
])("after %i days, of a bundle with roots of one catalogue: %j", async (days, found) => {
  const view = { now: after(days), registrations: await registrations(encodeBundle(catalogue("aws"))) };
  const findings = checkCatalogues(view);
  expect(findings.map(({ about }) => about)).toEqual(found);
  for (const { code, severity, message } of findings) {
    expect([code, severity]).toEqual(["old-catalogue", "warning"]);
    expect(message).toContain(`${days} days ago`);
  }
});

it("names each catalogue that has a root of the bundle", async () => {
  const view = { now: after(365), registrations: await registrations(encodeBundle(catalogue("letsencrypt"))) };
  expect(checkCatalogues(view).map(({ about }) => about)).toEqual(["catalogue cloudflare", "catalogue letsencrypt"]);
});

it("says nothing of bundles without a root of a catalogue", async () => {
  const { root } = await doctorCa("own");
  expect(checkCatalogues({ now: after(1_000), registrations: await registrations(root) })).toEqual([]);
});
