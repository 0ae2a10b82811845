import type { MatchInput } from '../compile/runtime.ts'
import { compileLinear } from './path-pattern.ts'
import { asWireText, fromWireText } from './route-conditions.ts'

/** Whether a request has a header with one of the values asked for. */
export type HeaderCondition = (input: MatchInput) => boolean

/**
 * Values are compared without regard to letter case; `~*` before a value makes it a regex to be found anywhere in the header.
 * Dashes and underscores in the name mean the same: the spelling with underscores is looked for first, as Kong does.
 * Throws a `PatternError`.
 */
export function headerCondition(name: string, values: readonly string[]): HeaderCondition {
  const dashed = name.toLowerCase().replaceAll('_', '-')
  const underscored = dashed.replaceAll('-', '_')
  const accepts = valueTest(values)
  if (dashed === underscored) return (input) => input.headerValues(dashed).some(accepts)
  return (input) => {
    const given = input.headerValues(underscored)
    return (given.length > 0 ? given : input.headerValues(dashed)).some(accepts)
  }
}

function valueTest(values: readonly string[]): (value: string) => boolean {
  // Lower-casing the regex too is Kong's doing: `\D` becomes `\d`.
  const texts = values.filter((value) => !value.startsWith('~*')).map((value) => asWireText(lowerCase(value)))
  const patterns = values
    .filter((value) => value.startsWith('~*'))
    .map((value) => compileLinear(lowerCase(value.slice(2))))
  return (value) => {
    const given = lowerCase(value)
    if (texts.includes(given)) return true
    if (patterns.length === 0) return false
    const text = fromWireText(given)
    return text !== undefined && patterns.some((pattern) => pattern.matcher(text).find())
  }
}

/** Of ASCII letters only: other bytes of a header are not text that we know the alphabet of. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
