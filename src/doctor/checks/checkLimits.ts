import type { ClusterView } from "../cluster/ClusterView.ts";
import type { DoctorFinding } from "../DoctorFinding.ts";

/** Hosts of AWS Lambda: function URLs and API Gateway. */
const LAMBDA = /\.lambda-url\.[a-z0-9-]+\.on\.aws$|\.execute-api\.[a-z0-9-]+\.amazonaws\.com$/;

/** Reports known limits of the platform that an endpoint runs on. */
export function checkLimits({ endpoints }: ClusterView): DoctorFinding[] {
  return endpoints
    .filter(({ base }) => LAMBDA.test(new URL(base).hostname))
    .map(({ base }) => ({
      code: "body-limit",
      severity: "info",
      about: base,
      message:
        "runs on AWS Lambda, which accepts at most 6 MB a request: a larger review does not arrive, and failurePolicy decides. An object of 1 MiB full of <, > or & makes such a review",
      todo: "Nothing, if no object is that large. A CDN in front of it does not help: the limit is Lambda's own.",
    }));
}
