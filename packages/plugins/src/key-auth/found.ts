/** What a place holds under the name of a key. */
export type Found =
  /** A text; bytes as latin1 characters. */
  | { readonly kind: 'key'; readonly key: string }
  /** Something that is no text, e.g. an argument without `=`: other places under the same name are not searched. */
  | { readonly kind: 'no_key' }
  | { readonly kind: 'several' }
  | { readonly kind: 'absent' }

export const ABSENT: Found = { kind: 'absent' }
const NO_KEY: Found = { kind: 'no_key' }
export const SEVERAL: Found = { kind: 'several' }

export function foundAmong(values: readonly (string | true)[] | undefined): Found {
  if (values === undefined || values.length === 0) return ABSENT
  if (values.length > 1) return SEVERAL
  return values[0] === true ? NO_KEY : { kind: 'key', key: values[0]! }
}
