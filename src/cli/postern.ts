#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { runProgram } from "./program.ts";

const { version }: { version: string } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
);
const { stdout, stderr, stdin, env } = process;

process.exitCode = await runProgram(process.argv.slice(2), { stdout, stderr, stdin, env }, version);
