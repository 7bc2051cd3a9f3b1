import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { PodSecurityLevel } from "../../../src/policies/pod-security/controlsOf.ts";
import { controlPlaneProgram } from "../../cluster/build/controlPlaneProgram.ts";
import type { KubeObject } from "../../cluster/ClusterApi.ts";
import type { ControlFault } from "./ControlFaults.ts";

/** A Pod, and the level and version that it is checked against. */
export interface PodQuestion {
  readonly level: PodSecurityLevel;
  readonly version: string;
  readonly pod: KubeObject;
}

/** The faults that the library of the API server's own admission finds, for each question. */
export async function askGoPodSecurity(
  questions: readonly PodQuestion[],
): Promise<readonly (readonly ControlFault[])[]> {
  const { file, args } = (await controlPlaneProgram(() => undefined))("pod-security");
  const child = spawn(file, args, { stdio: ["pipe", "pipe", "pipe"] });
  const ended = once(child, "exit");
  child.stdin.end(questions.map(({ level, version, pod }) => JSON.stringify({ level, version, pod })).join("\n"));
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(err);
  const answers = out
    .split("\n")
    .filter(Boolean)
    .map((line): readonly ControlFault[] => JSON.parse(line));
  if (answers.length !== questions.length)
    throw new Error(`${answers.length} answers to ${questions.length} questions`);
  return answers;
}
