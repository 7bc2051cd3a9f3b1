import type { Severity } from "../DoctorFinding.ts";
import { checkAnswers } from "./checkAnswers.ts";
import { checkConnection } from "./checkConnection.ts";
import type { PreflightFinding } from "./PreflightFinding.ts";
import type { PreflightView } from "./PreflightView.ts";

const RANKS: readonly Severity[] = ["error", "warning", "info"];

/** All findings about a URL, worst first. Pure: it makes no calls. */
export function checkUrl(view: PreflightView): PreflightFinding[] {
  const found = [...checkApiServer(view), ...checkConnection(view), ...checkAnswers(view)];
  return found.sort((left, right) => RANKS.indexOf(left.severity) - RANKS.indexOf(right.severity));
}

function checkApiServer({ url, apiServer, roots }: PreflightView): PreflightFinding[] {
  if (apiServer === undefined || apiServer.result === "reached") return [];
  const { result, message } = apiServer;
  const about = "the API server";
  if (result === "not-asked")
    return [
      {
        code: "api-server-not-asked",
        severity: "warning",
        about,
        message: `could not be asked: ${message}`,
        todo: "Use a user that may create and delete validatingwebhookconfigurations, and create ConfigMaps in the namespace default.",
      },
    ];
  if (result === "refuses-chain")
    return [
      {
        code: "api-server-refuses-chain",
        severity: "error",
        about,
        message,
        todo:
          roots === undefined
            ? "Its host does not trust the root. Give the roots with --ca FILE, here and to postern render."
            : "The roots of --ca are not those of the chain that it sees. Compare it with the chain above: something between may answer with its own certificate.",
      },
    ];
  if (result === "other-answer")
    return [
      {
        code: "api-server-other-answer",
        severity: "error",
        about,
        message,
        todo: "Compare with what answers this machine. Another server, a proxy or a firewall may answer the API server, or the path of the URL is not that of the gate.",
      },
    ];
  return [
    {
      code: "api-server-cannot-reach",
      severity: "error",
      about,
      message,
      todo: `Open the way from the network of the control plane to ${new URL(url).host}: its DNS, egress rules, firewalls and proxies count, and not those of this machine.`,
    },
  ];
}
