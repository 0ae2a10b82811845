/** A place for a plugin's own value on an `Exchange`. Slots with the same name are the same place. */
export interface Slot<T> {
  readonly name: string
  readonly index: number
  /** Only for inference. */
  readonly _type?: T
}

const slots = new Map<string, Slot<unknown>>()

/** The slot of that name on this thread; made on first use. */
export function slot<T>(name: string): Slot<T> {
  let found = slots.get(name)
  if (!found) slots.set(name, (found = { name, index: slots.size }))
  return found as Slot<T>
}
