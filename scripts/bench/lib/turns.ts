import { type Figures, medians } from './figures.js'

/** One side of a comparison: does a round of its work and says what it came to. */
export type Side = () => Promise<Figures>

/**
 * Measures sides in turns, A B, then B A, and so on, so that what the machine does besides hits all of them alike. A
 * round before the first warms up and is not counted.
 *
 * @returns the medians of each side over the rounds
 */
export async function inTurns<Name extends string>(
  sides: Record<Name, Side>,
  rounds: number,
): Promise<Record<Name, Figures>> {
  const found = await roundsInTurns(sides, rounds)
  const names = Object.keys(sides) as Name[]
  return Object.fromEntries(names.map((name) => [name, medians(found[name])])) as Record<Name, Figures>
}

/** The same, with what each side came to in each of the rounds. */
export async function roundsInTurns<Name extends string>(
  sides: Record<Name, Side>,
  rounds: number,
): Promise<Record<Name, Figures[]>> {
  const names = Object.keys(sides) as Name[]
  const found = Object.fromEntries(names.map((name) => [name, [] as Figures[]])) as Record<Name, Figures[]>
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const figures = await sides[name]()
      if (round > 0) found[name].push(figures)
    }
  }
  return found
}
