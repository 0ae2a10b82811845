export type HeadersInit = Readonly<Record<string, string | readonly string[]>>

/** Header lines in order, found by name without regard to case. */
export class HeaderList {
  #lines: [name: string, value: string][] = []

  constructor(init: HeadersInit = {}) {
    for (const [name, values] of Object.entries(init))
      for (const value of typeof values === 'string' ? [values] : values) this.addHeader(name, value)
  }

  header(lowerCaseName: string): string | undefined {
    return this.#lines.find(([name]) => name.toLowerCase() === lowerCaseName)?.[1]
  }

  headerValues(lowerCaseName: string): readonly string[] {
    return this.#lines.filter(([name]) => name.toLowerCase() === lowerCaseName).map(([, value]) => value)
  }

  headers(): readonly (readonly [name: string, value: string])[] {
    return this.#lines
  }

  setHeader(name: string, value: string): void {
    this.removeHeader(name)
    this.addHeader(name, value)
  }

  addHeader(name: string, value: string): void {
    this.#lines.push([name, value])
  }

  removeHeader(name: string): void {
    const lower = name.toLowerCase()
    this.#lines = this.#lines.filter(([present]) => present.toLowerCase() !== lower)
  }
}
