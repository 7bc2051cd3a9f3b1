import { afterEach, describe, expect, it } from "vitest";
import { assertAnyOrder } from "./assertAnyOrder.ts";
import { DualBed, LIFE } from "./DualBed.ts";

const beds: DualBed[] = [];
async function start(): Promise<DualBed> {
  const dual = await DualBed.start();
  beds.push(dual);
  return dual;
}
afterEach(async () => {
  await Promise.all(beds.splice(0).map((dual) => dual.stop()));
});

describe("the decision table, against the real server", () => {
  it.each([
    ["main valid", "valid", "valid", false, "main"],
    ["main valid, no standby that can be served", "valid", "unloadable", false, "main"],
    ["main being renewed, standby valid", "valid", "valid", true, "before"],
    ["main being renewed and half written, standby valid", "unloadable", "valid", true, "before"],
    ["main expired, standby valid", "expired", "valid", false, "standby"],
    ["main unloadable, standby valid", "unloadable", "valid", false, "standby"],
    ["main not yet valid, standby valid", "future", "valid", false, "standby"],
    ["neither valid", "expired", "unloadable", false, "before"],
    ["neither valid, and main being renewed", "future", "expired", true, "before"],
  ] as const)("%s", async (what, main, standby, renewing, expected) => {
    const dual = await start();
    const before = dual.model.serving.serial;
    await dual.write("main", main);
    await dual.write("standby", standby);
    dual.renew(renewing);
    await dual.compare(what);
    const { files } = dual.model;
    expect(await dual.bed.served()).toBe(expected === "before" ? before : files[expected]?.serial);
  });

  it("main valid again: back, once it is verified", async () => {
    const dual = await start();
    await dual.write("main", "unloadable");
    await dual.compare("on standby");
    expect(dual.bed.reloader.status().slot).toBe("standby");
    await dual.write("main", "valid");
    await dual.compare("back on main");
    expect(dual.bed.reloader.status()).toMatchObject({ slot: "main", faults: [] });
  });

  it("neither valid, and what serves has ended: it is served on, said, and not ready", async () => {
    const dual = await start();
    dual.model.now += 2 * LIFE;
    await dual.compare("all ended");
    expect(dual.bed.reloader.status()).toMatchObject({
      isReady: false,
      faults: [
        { slot: "main", code: "expired" },
        { slot: "standby", code: "expired" },
      ],
    });
    expect(dual.bed.complaints()).toHaveLength(2);
  });

  it("SIGUSR2 goes back once, stays there while nothing changes, and ends with a new certificate in either slot", async () => {
    const dual = await start();
    const first = dual.model.serving.serial;
    await dual.write("main", "valid");
    await dual.compare("changed");
    await dual.back();
    await dual.compare("gone back");
    expect(await dual.bed.served()).toBe(first);
    await dual.back();
    await dual.compare("there is nothing before that one");
    expect(await dual.bed.served()).toBe(first);
    await dual.write("standby", "valid");
    await dual.compare("what was taken back is still there: the standby serves");
    expect(dual.bed.reloader.status().slot).toBe("standby");
    await dual.write("main", "valid");
    await dual.compare("main has another");
    expect(dual.bed.reloader.status().slot).toBe("main");
  });

  it("SIGUSR2's certificate ends: what was taken back serves again, for it is better than none", async () => {
    const dual = await start();
    await dual.write("main", "valid");
    dual.model.now += LIFE / 2;
    await dual.compare("changed, and half of a life is over");
    await dual.write("standby", "unloadable");
    await dual.write("main", "valid");
    await dual.compare("main is younger");
    const { serial } = dual.model.serving;
    await dual.back();
    await dual.compare("gone back to one with half of its life left");
    expect(dual.model.serving.serial).not.toBe(serial);
    dual.model.now += LIFE / 2 + 2_000;
    await dual.compare("that one has ended");
    expect(await dual.bed.served()).toBe(serial);
  });

  it("never switches twice for the same certificate", async () => {
    const dual = await start();
    await dual.write("main", "valid");
    for (let turn = 0; turn < 5; turn += 1) await dual.compare("again");
    expect(dual.bed.log.lines.filter(({ message }) => message === "certificate switched")).toHaveLength(1);
  });
});

describe("any order of events", () => {
  it("serves what the table says, in a few orders", () => assertAnyOrder(3));

  it("serves what the table says at the very end of a certificate, where the clock stands", async () => {
    const dual = await start();
    await dual.write("main", "valid");
    await dual.compare("changed");
    dual.model.now += LIFE;
    await dual.compare("at its end");
    await dual.back();
    await dual.compare("gone back");
  });
});
