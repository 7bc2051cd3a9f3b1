import { keepOpen } from "./keepOpen.ts";
import { postBody, reviewWith } from "./largeBodies.ts";
import type { Stranger } from "./Stranger.ts";

/** Small reviews of versions, namespaces and users that do not exist, and bodies that are no reviews. */
export const madeUpReviews: Stranger = async (target, signal, count) => {
  let index = 0;
  await keepOpen({ atOnce: 2, pauseMs: 100, signal, count }, async () => {
    index += 1;
    const review = reviewWith("0")
      .toString()
      .replace('"namespace":"n"', `"namespace":"${"n".repeat(240)}${index}"`)
      .replace('"version":"v1","resource"', `"version":"v${index}","resource"`)
      .replace('"username":"u"', `"username":"${index}"`);
    await postBody(target, Buffer.from(index % 10 === 0 ? "{" : review), "validate", signal);
  });
};
