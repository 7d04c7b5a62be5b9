/** Whoever serves many sockets gives way to others after this long, in milliseconds. */
const sliceMs = 8
/** The clock is looked at once in so many steps. */
const stepsPerLook = 32

/** Tells when a long loop should let others have their turn. */
export class Slices {
  #startedAt = performance.now()
  #steps = 0

  /** Counts a step of the loop; true when its time is up. */
  isOver(): boolean {
    this.#steps += 1
    return this.#steps % stepsPerLook === 0 && performance.now() - this.#startedAt > sliceMs
  }

  /** To be called when the next turn begins. */
  restart(): void {
    this.#startedAt = performance.now()
  }
}
