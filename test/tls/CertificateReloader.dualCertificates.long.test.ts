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

describe("CertificateReloader with two certificates, every order of states", () => {
  const rows = FILES.flatMap((main) =>
    (["valid", "unloadable"] as const).flatMap((standby) =>
      [false, true].map((renewing) => ({ main, standby, renewing })),
    ),
  );

  it.each(rows)(
    "follows the table from main $main, standby $standby, renewing $renewing to every other state",
    async (from) => {
      const dual = await start();
      for (const to of rows)
        for (const { main, standby, renewing } of [from, to]) {
          await dual.write("main", main);
          await dual.write("standby", standby);
          dual.renew(renewing);
          await dual.compare(`${JSON.stringify(from)} -> ${JSON.stringify(to)}`);
        }
    },
  );
});

describe("CertificateReloader with two certificates, any order of events", () => {
  it("serves by the table in 25 random orders", () => assertAnyOrder(25), patience(240_000));
});
