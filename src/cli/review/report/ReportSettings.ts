import type { ReportPlace } from "./reportedPath.ts";

/** What reports of pipelines need besides the objects. */
export interface ReportSettings extends ReportPlace {
  readonly cluster: string;
  /** Whether an object that is not judged is a fault. */
  readonly failOnUnjudged: boolean;
}
