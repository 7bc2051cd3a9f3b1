import { afterEach, beforeEach, expect, vi } from "vitest";

const METHODS = ["debug", "info", "log", "warn", "error"] as const;

/** Fails a test that writes to the console. A test that expects output asserts it. */
beforeEach(() => {
  for (const method of METHODS) vi.spyOn(console, method).mockImplementation(() => undefined);
});

afterEach(() => {
  const written = METHODS.flatMap((method) =>
    vi.mocked(console[method]).mock.calls.map((call) => `console.${method}: ${call.join(" ")}`),
  );
  vi.restoreAllMocks();
  expect(written).toEqual([]);
});
