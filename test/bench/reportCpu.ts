/** In a server's process: says on which port it listens, and from then on how much CPU it has used, in microseconds. */
export function reportCpu(port: number): void {
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ microseconds: user + system });
  });
  process.once("disconnect", () => process.exit(0));
  process.send?.({ port });
}
