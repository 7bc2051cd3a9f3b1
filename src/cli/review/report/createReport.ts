import type { BuiltinDocs } from "../../../policies/catalogue/BuiltinDoc.ts";
import type { ClusterSettings } from "../../../policy/define/ClusterSettings.ts";
import type { Policy } from "../../../policy/define/policy.ts";
import { readVersion } from "../../readVersion.ts";
import type { Terminal } from "../../terminal/Terminal.ts";
import { JsonReport } from "./JsonReport.ts";
import type { ReviewReport } from "./ReviewReport.ts";
import type { ReviewFormat } from "./reviewFormats.ts";
import { TextReport } from "./TextReport.ts";

/** What a report is about. */
export interface Reviewed {
  readonly policies: readonly Policy[];
  readonly settings: ClusterSettings;
  readonly failOnUnjudged: boolean;
  readonly verbose: boolean;
}

/** Begins a report on standard output. */
export async function createReport(
  format: ReviewFormat,
  terminal: Terminal,
  { policies, settings, failOnUnjudged, verbose }: Reviewed,
): Promise<ReviewReport> {
  const { stdout, env } = terminal;
  const place = { env, cwd: process.cwd(), cluster: settings.cluster, failOnUnjudged };
  switch (format) {
    case "text":
    case "yaml":
      return new TextReport(terminal, { isYaml: format === "yaml", verbose });
    case "json":
      return new JsonReport(stdout);
    case "sarif": {
      const { default: docs } = await import("../../../policies/catalogue/builtins.json", { with: { type: "json" } });
      const { builtins }: BuiltinDocs = docs;
      const { sarifRules } = await import("./sarifRules.ts");
      const { SarifReport } = await import("./SarifReport.ts");
      return new SarifReport(stdout, place, sarifRules(policies, settings, builtins), readVersion());
    }
    case "junit":
      return new (await import("./JunitReport.ts")).JunitReport(stdout, place);
    case "github":
      return new (await import("./GithubReport.ts")).GithubReport(stdout, place);
    case "gitlab":
      return new (await import("./GitlabReport.ts")).GitlabReport(stdout, place);
  }
}
