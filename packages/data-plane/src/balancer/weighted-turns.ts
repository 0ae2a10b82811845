/**
 * Smooth weighted round-robin: everybody gets turns in proportion to their weight, spread as evenly as can be (as nginx does). Members may come,
 * go and change weight at any time without moving the others' turns.
 */
export class WeightedTurns<M> {
  readonly #members: Turn<M>[] = []

  get size(): number {
    return this.#members.length
  }

  /** Adds a member, or changes its weight. Weight 0 takes it out. */
  set(member: M, weight: number): void {
    const index = this.#members.findIndex((entry) => entry.member === member)
    if (weight <= 0) {
      if (index >= 0) this.#members.splice(index, 1)
    } else if (index >= 0) this.#members[index]!.weight = weight
    else this.#members.push({ member, weight, credit: 0 })
  }

  /** Whose turn it is among those who are not passed over; their credit stays as it is. */
  next(passOver: (member: M) => boolean): M | undefined {
    let best: Turn<M> | undefined
    let total = 0
    for (const entry of this.#members) {
      if (passOver(entry.member)) continue
      entry.credit += entry.weight
      total += entry.weight
      if (!best || entry.credit > best.credit) best = entry
    }
    if (!best) return undefined
    best.credit -= total
    return best.member
  }
}

interface Turn<M> {
  readonly member: M
  weight: number
  /** What it is owed; the greatest is next. */
  credit: number
}
