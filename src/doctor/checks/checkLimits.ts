import type { ClusterView } from "../cluster/ClusterView.ts";
import type { Diagnosis } from "../Diagnosis.ts";

/** Hosts of AWS Lambda: function URLs and API Gateway. */
const LAMBDA = /\.lambda-url\.[a-z0-9-]+\.on\.aws$|\.execute-api\.[a-z0-9-]+\.amazonaws\.com$/;

/** What the platform of an endpoint is known not to take. */
export function checkLimits({ endpoints }: ClusterView): Diagnosis[] {
  return endpoints
    .filter(({ base }) => LAMBDA.test(new URL(base).hostname))
    .map(({ base }) => ({
      code: "body-limit",
      severity: "info",
      about: base,
      message:
        "is AWS Lambda, which takes 6 MB a request: a review of a large object (1 MiB of it, when it is full of <, > or &) does not arrive, and failurePolicy decides",
      todo: "Nothing, where no object is that large. A CDN in front does not help: the limit is Lambda's own.",
    }));
}
