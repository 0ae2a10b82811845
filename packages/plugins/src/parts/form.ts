/** Values of a form or query by name; `true` for a name without `=`. Texts are bytes as latin1 characters. */
export type FormValues = Map<string, (string | true)[]>

/** As many arguments as Kong reads (`lua_max_uri_args`, `lua_max_post_args`); further ones are not looked at. */
const MOST = 100

/** Reads `application/x-www-form-urlencoded`, of a query or a body. */
export function parseForm(text: string): FormValues {
  const values: FormValues = new Map()
  if (text === '') return values
  for (const pair of text.split('&', MOST)) {
    if (pair === '') continue
    const mark = pair.indexOf('=')
    const name = decode(mark < 0 ? pair : pair.slice(0, mark))
    if (name === '') continue
    const value = mark < 0 ? true : decode(pair.slice(mark + 1))
    const known = values.get(name)
    if (known) known.push(value)
    else values.set(name, [value])
  }
  return values
}

/** Writes a form the way Kong does: ordered, each name with its values. */
export function writeForm(values: FormValues): string {
  return [...values]
    .map(([name, all]) =>
      all.map((value) => (value === true ? encode(name) : `${encode(name)}=${encode(value)}`)).join('&'),
    )
    .toSorted()
    .join('&')
}

function decode(text: string): string {
  if (!/[%+]/.test(text)) return text
  return text
    .replaceAll('+', ' ')
    .replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

function encode(text: string): string {
  return text.replace(
    /[^A-Za-z0-9!'()*\-._~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}
