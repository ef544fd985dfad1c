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

/**
 * How many gateways start ahead of their turn by default: one where a start takes seconds and there is room for it.
 * @param jobs how many scenarios run at once
 * @param memoryPerJob as for `defaultJobs`
 */
export function defaultBootAhead(
  jobs: number,
  memoryPerJob: number,
  memory: number = Math.min(freemem(), process.availableMemory()),
): number {
  return memory >= (jobs + 1) * memoryPerJob ? 1 : 0;
}
