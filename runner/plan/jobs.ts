import { availableParallelism, freemem } from "node:os";

/**
 * How many scenarios run at once by default: one per core, fewer when memory is short, the machine's or the container's.
 * @param memoryPerJob the most bytes that one gateway and its part of the runner may need
 */
export function defaultJobs(
  memoryPerJob: number,
  cores: number = availableParallelism(),
  memory: number = Math.min(freemem(), process.availableMemory()),
): number {
  return Math.max(1, Math.min(cores, Math.floor(memory / memoryPerJob)));
}
