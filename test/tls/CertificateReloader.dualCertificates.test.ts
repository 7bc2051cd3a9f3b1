import { afterEach, describe, expect, it } from "vitest";
import { assertAnyOrder } from "./assertAnyOrder.ts";
import { DualBed, LIFE_MS } from "./DualBed.ts";

const beds: DualBed[] = [];
async function start(): Promise<DualBed> {
  const dual = await DualBed.start();
  beds.push(dual);
  return dual;
}
afterEach(async () => {
  await Promise.all(beds.splice(0).map((dual) => dual.stop()));
});

describe("CertificateReloader with two certificates", () => {
  it.each([
    ["main and standby valid", "valid", "valid", false, "main"],
    ["main valid, standby unloadable", "valid", "unloadable", false, "main"],
    ["main valid and being renewed, standby valid", "valid", "valid", true, "before"],
    ["main half-written and being renewed, standby valid", "unloadable", "valid", true, "before"],
    ["main expired, standby valid", "expired", "valid", false, "standby"],
    ["main unloadable, standby valid", "unloadable", "valid", false, "standby"],
    ["main not yet valid, standby valid", "future", "valid", false, "standby"],
    ["neither valid", "expired", "unloadable", false, "before"],
    ["neither valid, main being renewed", "future", "expired", true, "before"],
  ] as const)("follows the decision table with %s", async (what, main, standby, renewing, expected) => {
    const dual = await start();
    const before = dual.model.serving.serial;
    await dual.write("main", main);
    await dual.write("standby", standby);
    dual.renew(renewing);
    await dual.compare(what);
    const { files } = dual.model;
    expect(await dual.bed.served()).toBe(expected === "before" ? before : files[expected]?.serial);
  });

  it("switches back when main is valid again and verified", async () => {
    const dual = await start();
    await dual.write("main", "unloadable");
    await dual.compare("on standby");
    expect(dual.bed.reloader.status().slot).toBe("standby");
    await dual.write("main", "valid");
    await dual.compare("main again");
    expect(dual.bed.reloader.status()).toMatchObject({ slot: "main", faults: [] });
  });

  it("keeps an expired certificate when neither is valid, reports both faults, and is not ready", async () => {
    const dual = await start();
    dual.model.now += 2 * LIFE_MS;
    await dual.compare("all expired");
    expect(dual.bed.reloader.status()).toMatchObject({
      isReady: false,
      faults: [
        { slot: "main", code: "expired" },
        { slot: "standby", code: "expired" },
      ],
    });
    expect(dual.bed.reportedFaults()).toHaveLength(2);
  });

  it("takes back once at SIGUSR2, stays while nothing changes, and switches for a new certificate in either slot", async () => {
    const dual = await start();
    const first = dual.model.serving.serial;
    await dual.write("main", "valid");
    await dual.compare("changed");
    await dual.takeBack();
    await dual.compare("taken back");
    expect(await dual.bed.served()).toBe(first);
    await dual.takeBack();
    await dual.compare("no previous certificate");
    expect(await dual.bed.served()).toBe(first);
    await dual.write("standby", "valid");
    await dual.compare("main still holds the taken-back certificate: the standby serves");
    expect(dual.bed.reloader.status().slot).toBe("standby");
    await dual.write("main", "valid");
    await dual.compare("main changed");
    expect(dual.bed.reloader.status().slot).toBe("main");
  });

  it("serves the taken-back certificate again when the previous one expires", async () => {
    const dual = await start();
    await dual.write("main", "valid");
    dual.model.now += LIFE_MS / 2;
    await dual.compare("changed after half of the lifetime");
    await dual.write("standby", "unloadable");
    await dual.write("main", "valid");
    await dual.compare("main is younger");
    const { serial } = dual.model.serving;
    await dual.takeBack();
    await dual.compare("taken back to a certificate with half of its lifetime left");
    expect(dual.model.serving.serial).not.toBe(serial);
    dual.model.now += LIFE_MS / 2 + 2_000;
    await dual.compare("that certificate expired");
    expect(await dual.bed.served()).toBe(serial);
  });

  it("switches once for each certificate", async () => {
    const dual = await start();
    await dual.write("main", "valid");
    for (let turn = 0; turn < 5; turn += 1) await dual.compare("again");
    expect(dual.bed.log.lines.filter(({ message }) => message === "certificate switched")).toHaveLength(1);
  });
});

describe("CertificateReloader with two certificates, any order of events", () => {
  it("serves by the table in three random orders", () => assertAnyOrder(3));

  it("serves by the table at the exact end of a certificate", async () => {
    const dual = await start();
    await dual.write("main", "valid");
    await dual.compare("changed");
    dual.model.now += LIFE_MS;
    await dual.compare("at its end");
    await dual.takeBack();
    await dual.compare("taken back");
  });
});
