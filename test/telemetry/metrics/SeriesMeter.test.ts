import { expect, it } from "vitest";
import { SeriesMeter } from "../../../src/telemetry/metrics/SeriesMeter.ts";

const instrument = { name: "n", description: "d", unit: "s", labels: ["a"] };

it("SeriesMeter collects what was measured since the last collection", () => {
  const meter = new SeriesMeter();
  const count = meter.counter(instrument);
  count(1, { a: "x" });
  count(2, { a: "x" });
  count(4, { a: "y" });
  expect(meter.collect()).toMatchObject([{ kind: "sum", points: [{ value: 3 }, { value: 4 }] }]);
  expect(meter.collect()).toEqual([]);
  count(8, { a: "x" });
  expect(meter.collect()).toMatchObject([{ points: [{ labels: { a: "x" }, value: 8 }] }]);
});

it("SeriesMeter puts a value into the bucket of the first bound that is not smaller", () => {
  const meter = new SeriesMeter();
  const record = meter.histogram({ ...instrument, bounds: [1, 2] });
  for (const value of [0.5, 1, 1.5, 3]) record(value, {});
  expect(meter.collect()).toMatchObject([{ kind: "histogram", points: [{ count: 4, sum: 6, buckets: [2, 1, 1] }] }]);
});

it("SeriesMeter keeps at most 10,000 series", () => {
  const meter = new SeriesMeter();
  const count = meter.counter(instrument);
  for (let index = 0; index < 10_010; index += 1) count(1, { a: String(index) });
  expect(meter.collect()[0]?.points).toHaveLength(10_000);
});

it("SeriesMeter reads the totals without an end", () => {
  const meter = new SeriesMeter();
  const count = meter.counter(instrument);
  for (const total of [1, 2]) {
    count(1, { a: "x" });
    expect(meter.read()).toMatchObject([{ points: [{ value: total }] }]);
  }
});
