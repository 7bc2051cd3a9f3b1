import { createServer } from "node:net";
import { expect, it } from "vitest";
import { freePorts } from "./freePorts.ts";
import { reserveNumber } from "./reserveNumber.ts";

it("freePorts returns different ports in all calls of a run, none of them in the ephemeral range", async () => {
  const ports = (await Promise.all([freePorts(20), freePorts(20), freePorts(20)])).flat();
  expect(new Set(ports).size).toBe(60);
  for (const port of ports) {
    expect(port).toBeGreaterThanOrEqual(10_000);
    expect(port).toBeLessThan(30_000);
  }
});

it("freePorts returns ports that a server can listen on", async () => {
  const [port = 0] = await freePorts(1);
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
  await new Promise((resolve) => server.close(resolve));
});

it("reserveNumber gives each number to one caller until no number is left", async () => {
  const name = `numbers${process.pid}`;
  const taken = await Promise.all(Array.from({ length: 5 }, () => reserveNumber(name, 3, 7)));
  expect(taken.sort()).toEqual([3, 4, 5, 6, 7]);
  await expect(reserveNumber(name, 3, 7)).rejects.toThrow("all 5 numbers");
});
