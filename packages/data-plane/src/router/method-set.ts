/** A set of methods as bits, so that a test touches one number. Methods without a bit of their own share the highest. */
export type MethodBits = number

export const anyMethod: MethodBits = -1
const rare: MethodBits = 1 << 30

const bits: ReadonlyMap<string, MethodBits> = new Map(
  ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT'].map((method, index) => [
    method,
    1 << index,
  ]),
)

export function methodBit(method: string): MethodBits {
  return bits.get(method) ?? rare
}

export function methodBits(methods: readonly string[]): MethodBits {
  return methods.reduce((set, method) => set | methodBit(method), 0)
}

/** Whether only the names can tell if a method with this bit is meant. */
export function isRare(bit: MethodBits): boolean {
  return bit === rare
}
