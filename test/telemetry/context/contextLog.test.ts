import { expect, it } from "vitest";
import { contextLog } from "../../../src/telemetry/context/contextLog.ts";
import { nodeAsyncContext } from "../../../src/telemetry/context/nodeAsyncContext.ts";
import { memoryLog } from "../../gate/gateCall.ts";

it("contextLog adds the facts of the request in progress to each line, over promises and timers", async () => {
  const lines = memoryLog();
  const context = nodeAsyncContext();
  const log = contextLog(lines, context);
  const request = (id: string): Promise<void> =>
    context.run(
      () => ({ trace_id: id, cluster: "local" }),
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        log.info("in the request", { id });
      },
    );
  await Promise.all([request("a"), request("b")]);
  log.warn("outside", { cluster: "own" });
  expect(lines.lines.map(({ properties }) => properties)).toEqual([
    { trace_id: "a", cluster: "local", id: "a" },
    { trace_id: "b", cluster: "local", id: "b" },
    { cluster: "own" },
  ]);
});
