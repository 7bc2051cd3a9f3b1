import type { Certificate } from "../../src/trust/x509/Certificate.ts";
import { parseCertificate } from "../../src/trust/x509/parseCertificate.ts";
import type { ChainCase } from "./chainCases.ts";
import type { GoQuestion } from "./GoVerifier.ts";
import { makeCertificate, NOW } from "./makeCertificate.ts";

/** Makes the certificates of a case. Returns the question for `verifyChain`. */
export async function certificatesOf(it: ChainCase): Promise<{
  readonly served: readonly Certificate[];
  readonly anchors: readonly Certificate[];
  readonly host: string;
  readonly now: number;
}> {
  const made = new Map<string, Certificate>();
  for (const [letter, spec] of Object.entries(it.certificates))
    made.set(letter, parseCertificate(await makeCertificate(spec)));
  const pick = (letters: string): Certificate[] => [...letters].flatMap((letter) => made.get(letter) ?? []);
  return { served: pick(it.served), anchors: pick(it.anchors), host: it.host ?? "hook.example", now: it.now ?? NOW };
}

/** The same question for Go. */
export function goQuestion(question: Awaited<ReturnType<typeof certificatesOf>>): GoQuestion {
  return {
    served: question.served.map(({ pem }) => pem),
    anchors: question.anchors.map(({ pem }) => pem).join(""),
    host: question.host,
    time: question.now,
  };
}
