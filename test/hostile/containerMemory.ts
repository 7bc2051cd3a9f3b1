// Preloaded into a gate: the memory limit of its container, for a machine whose processes have none.
const bytes = Number(process.env.POSTERN_TEST_CONTAINER_BYTES);
if (bytes > 0) process.constrainedMemory = () => bytes;
