/** Prints a line of the log of a Worker, without the decision records of the profile `latency`, which each denial makes. */
export function printWorkerLog({ message }: { readonly message: string }): void {
  if (!message.includes('"message":"decision"')) process.stdout.write(`${message}\n`);
}
