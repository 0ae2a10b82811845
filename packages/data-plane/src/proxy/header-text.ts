const nameForm = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** Names that were found well-formed, with their lower-case form. Plugins use few names, over and over. */
const knownNames = new Map<string, string>()
const mostKnown = 1024

/** The name in lower case; throws if it is none (RFC 9110 §5.6.2). */
export function lowerCaseName(name: string): string {
  const known = knownNames.get(name)
  if (known !== undefined) return known
  if (!nameForm.test(name)) throw new TypeError(`not a header name: ${JSON.stringify(name)}`)
  const lower = name.toLowerCase()
  if (knownNames.size >= mostKnown) knownNames.clear()
  knownNames.set(name, lower)
  return lower
}

/** A value as it goes on the wire: latin1 text as it is, other text as UTF-8. Throws for control characters: they would end the line. */
export function wireValue(value: string): string {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code >= 0x20 && code < 0x7f) continue
    if (code > 0xff) return wireValue(Buffer.from(value, 'utf8').toString('latin1'))
    if (code < 0x80 && code !== 9) throw new TypeError('a header value may not hold control characters')
  }
  return value
}
