import { expect, it, vi } from "vitest";
import { serveUntilSignal } from "../../../src/tls/server/serveUntilSignal.ts";
import { memoryLog } from "../../gate/gateCall.ts";
import { patience } from "../../run/speedFactor.ts";

it("serveUntilSignal survives unhandled promise rejections, and stops at a signal", async () => {
  const log = memoryLog();
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  try {
    const onDrain = vi.fn();
    const ended = serveUntilSignal({
      fetch: () => {
        void Promise.reject(new Error("left behind"));
        return new Response("answered");
      },
      port: 0,
      hostname: "127.0.0.1",
      log,
      onDrain,
      lameDuckMs: 0,
    });
    const port = await vi.waitFor(
      () => {
        const line = log.lines.find(({ message }) => message === "listening");
        expect(line).toBeDefined();
        return Number(line?.properties.port);
      },
      { timeout: patience(10_000) },
    );
    for (let call = 0; call < 2; call += 1)
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("answered");
    process.emit("SIGTERM");
    expect(await ended).toBe(0);
    expect(onDrain).toHaveBeenCalledTimes(1);
    expect(log.lines.filter(({ message }) => message === "unhandled promise rejection")).toHaveLength(2);
  } finally {
    for (const listener of others) process.on("unhandledRejection", listener);
  }
});
