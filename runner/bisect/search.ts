/** What is known of one release. `unknown`: it cannot be installed or judged, and that says nothing about the release. */
export type Judgement = "good" | "bad" | "unknown";

/** How a search ended; numbers are places in the list of releases. */
export type Searched =
  /** An end is not what it was said to be, or cannot be judged: nothing was searched. */
  | { kind: "wrong-end"; end: "good" | "bad"; judgement: Judgement }
  /** What lies between the two, if anything does, is `unknown`: the change came with one of those or with `firstBad`. */
  | { kind: "found"; lastGood: number; firstBad: number };

/**
 * Searches the first bad release by halves. Both ends are judged first. Where nothing can be said of a release, its
 * neighbour is asked. No release is judged twice, and besides the ends at most ⌈log2(n - 1)⌉ are, and one more for each
 * that is `unknown`.
 * @param releases from the one that is said to be good to the one that is said to be bad, at least two
 * @param judge what it throws ends the search
 */
export async function bisect<Release>(
  releases: readonly Release[],
  judge: (release: Release) => Promise<Judgement>,
): Promise<Searched> {
  const at = (place: number) => judge(releases[place] as Release);
  let lastGood = 0;
  let firstBad = releases.length - 1;
  const good = await at(lastGood);
  if (good !== "good") return { kind: "wrong-end", end: "good", judgement: good };
  const bad = await at(firstBad);
  if (bad !== "bad") return { kind: "wrong-end", end: "bad", judgement: bad };
  let open = releases.map((_, place) => place).slice(1, -1);
  while (open.length > 0) {
    const middle = open[(open.length - 1) >> 1] as number;
    const judgement = await at(middle);
    if (judgement === "good") lastGood = middle;
    if (judgement === "bad") firstBad = middle;
    open = open.filter((place) => place !== middle && place > lastGood && place < firstBad);
  }
  return { kind: "found", lastGood, firstBad };
}

/** After so many runs without such a lead nothing can be said of a release. */
export function mostRuns(lead: number): number {
  return 3 * lead - 2;
}

/**
 * What the runs of a scenario on one release say together: what `lead` more of them say than say the opposite, and
 * `unknown` if none leads so after `mostRuns`. With a lead of 2 that is 2 of 2 or 3 of 4. A release that shows its other
 * face fewer than `lead` times in these runs is judged rightly. If one run in ten goes wrong, so does one judgement in
 * 80. A run that says nothing ends it: what keeps a scenario from running seldom goes away.
 * @param runs in their order
 * @returns undefined while another run is needed
 */
export function settled(runs: readonly Judgement[], lead: number): Judgement | undefined {
  let ahead = 0;
  for (const run of runs) {
    if (run === "unknown") return "unknown";
    ahead += run === "good" ? 1 : -1;
    if (Math.abs(ahead) === lead) return ahead > 0 ? "good" : "bad";
  }
  return runs.length < mostRuns(lead) ? undefined : "unknown";
}

/** Whether runs on one release say different things. */
export function isFlaky(runs: readonly Judgement[]): boolean {
  return runs.includes("good") && runs.includes("bad");
}
