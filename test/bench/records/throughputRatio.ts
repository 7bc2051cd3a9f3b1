import { measureRatio, type Ratio } from "../Ratio.ts";
import type { ObjectLoad } from "./ObjectLoad.ts";

/** Records that are written : decisions that arrive, by loads of one rate. The first load is not counted. */
export async function throughputRatio(rounds: number, load: () => Promise<ObjectLoad>): Promise<Ratio> {
  await load();
  let loaded = await load();
  return measureRatio(
    rounds,
    async () => loaded.recordedPerSecond,
    async () => {
      loaded = await load();
      return loaded.arrivedPerSecond;
    },
  );
}
