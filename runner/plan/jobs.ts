import { availableParallelism, freemem } from "node:os";

/** What one embedded gateway with its share of the runner may need at most, in bytes. */
const MEMORY_PER_JOB = 400 * 1024 * 1024;

/** How many scenarios run at once by default: one per core, fewer when memory is short. */
export function defaultJobs(cores: number = availableParallelism(), memory: number = freemem()): number {
  return Math.max(1, Math.min(cores, Math.floor(memory / MEMORY_PER_JOB)));
}
