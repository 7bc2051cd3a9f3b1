import { afterEach, describe, it } from "vitest";
import { patience } from "../run/speedFactor.ts";
import { assertAnyOrder } from "./assertAnyOrder.ts";
import { DualBed, FILES } from "./DualBed.ts";

const beds: DualBed[] = [];
async function start(): Promise<DualBed> {
  const dual = await DualBed.start();
  beds.push(dual);
  return dual;
}
afterEach(async () => {
  await Promise.all(beds.splice(0).map((dual) => dual.stop()));
});

describe("every order of rows", () => {
  const rows = FILES.flatMap((main) =>
    (["valid", "unloadable"] as const).flatMap((standby) =>
      [false, true].map((renewing) => ({ main, standby, renewing })),
    ),
  );

  it.each(rows)("from main $main, standby $standby, renewing $renewing to every other, and back", async (from) => {
    const dual = await start();
    for (const to of rows)
      for (const { main, standby, renewing } of [from, to]) {
        await dual.write("main", main);
        await dual.write("standby", standby);
        dual.renew(renewing);
        await dual.compare(`${JSON.stringify(from)} -> ${JSON.stringify(to)}`);
      }
  });
});

describe("any order of events", () => {
  it("serves what the table says, in many orders", () => assertAnyOrder(25), patience(240_000));
});
