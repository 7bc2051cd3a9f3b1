import { expect, it } from "vitest";
import { TlsMetrics } from "../../src/tls/TlsMetrics.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const samples = async (metrics: TlsMetrics): Promise<string[]> =>
  (await metrics.text()).split("\n").filter((line) => /^postern_tls_(certificate_not_after|last_rotation)/.test(line));

it("TlsMetrics has no end of a certificate and no last rotation before there is one", async () => {
  const metrics = new TlsMetrics();
  expect(await samples(metrics)).toEqual([]);
  metrics.countRotation("switched", NOW);
  expect(await samples(metrics)).toEqual([`postern_tls_last_rotation_timestamp_seconds ${NOW / 1000}`]);
});
