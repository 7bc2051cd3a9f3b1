import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { clusterSchema } from "../../src/gate/config/Cluster.ts";
import { admissionReviewSchema } from "../../src/protocol/review/admissionReviewSchema.ts";
import { conversionReviewSchema } from "../../src/protocol/review/conversionReviewSchema.ts";
import { type CheckSource, checkModule } from "./checkModule.ts";

/** What the gate checks for every call or cluster: the schema, and the module with its check. Paths from `src/`. */
export const checkSources: readonly CheckSource[] = [
  {
    schema: admissionReviewSchema,
    schemaName: "admissionReviewSchema",
    schemaFile: "protocol/review/admissionReviewSchema.ts",
    file: "protocol/review/checkAdmissionReview.ts",
  },
  {
    schema: conversionReviewSchema,
    schemaName: "conversionReviewSchema",
    schemaFile: "protocol/review/conversionReviewSchema.ts",
    file: "protocol/review/checkConversionReview.ts",
  },
  {
    schema: clusterSchema,
    schemaName: "clusterSchema",
    schemaFile: "gate/config/Cluster.ts",
    file: "gate/config/checkCluster.ts",
  },
];

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The text of the module of a source, formatted as the code is. */
export function formattedCheck(source: CheckSource): string {
  return execFileSync(`${root}node_modules/.bin/biome`, ["check", "--write", `--stdin-file-path=src/${source.file}`], {
    cwd: root,
    input: checkModule(source),
    encoding: "utf8",
  });
}
