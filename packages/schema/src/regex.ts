import { RE2JS } from 're2js'

/**
 * Whether a text is a regular expression that data planes can run: RE2 syntax, which is matched in linear time and therefore
 * safe to take from people. Look-around and back references are not in it.
 */
export function isRegex(text: string): boolean {
  return regexError(text) === undefined
}

/** Why a text is not such a regular expression, or undefined. */
export function regexError(text: string): string | undefined {
  try {
    RE2JS.compile(text)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Whether the expression is found anywhere in the text. The expression must be valid. */
export function findsRegex(text: string, expression: string): boolean {
  return RE2JS.compile(expression).matcher(text).find()
}
