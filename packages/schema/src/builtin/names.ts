export function name(text: string): string | undefined {
  if (/^[A-Za-z0-9.\-_~]+$/.test(text)) return undefined
  return `invalid value '${text}': it must only contain alphanumeric and '., -, _, ~' characters`
}

/** A name that may also hold any character beyond ASCII. */
export function utf8Name(text: string): string | undefined {
  const broken = utf8(text)
  if (broken !== undefined || /^[A-Za-z0-9.\-_~\u0080-\uffff]+$/.test(text)) return broken
  return `invalid value '${text}': the only accepted ascii characters are alphanumerics or ., -, _, and ~`
}

export function tag(text: string): string | undefined {
  const broken = utf8(text)
  if (broken !== undefined || /^[ \x21-\x2b\x2d\x2e\x30-\x7e\u0080-\uffff]+$/.test(text)) return broken
  return `invalid tag '${text}': expected printable ascii (except \`,\` and \`/\`) or valid utf-8 sequences`
}

/** JavaScript's texts can hold half a character, which has no UTF-8 form. */
export function utf8(text: string): string | undefined {
  if (text.isWellFormed()) return undefined
  const whole = text.toWellFormed()
  let at = 0
  while (text[at] === whole[at]) at++
  return `invalid utf-8 character sequence detected at position ${Buffer.byteLength(text.slice(0, at)) + 1}`
}

export function headerName(text: string): string | undefined {
  if (text === '') return 'no header name provided'
  if (/^[A-Za-z0-9\-_]+$/.test(text)) return undefined
  return `bad header name '${text}', allowed characters are A-Z, a-z, 0-9, '_', and '-'`
}

/** A token in the sense of HTTP, as the name of a cookie must be one. */
export function cookieName(text: string): string | undefined {
  if (text === '') return 'no token provided'
  if (/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text)) return undefined
  return (
    'contains one or more invalid characters. ASCII control characters (0-31;127), space, tab and the ' +
    'characters ()<>@,;:\\"/?={}[] are not allowed.'
  )
}
