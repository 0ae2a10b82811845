/** Characters that may not stand in a header as they are: those above ASCII, and those that would end a line. */
// oxlint-disable-next-line no-control-regex
const SPECIAL = /[\0\r\n\x80-\uffff]/

/**
 * A text of ours (a user name, say) as the value of a header: its UTF-8 bytes as latin1 characters, line ends escaped so that
 * nobody can add a header by way of a name.
 */
export function toWire(text: string): string {
  if (!SPECIAL.test(text)) return text
  return (
    Buffer.from(text, 'utf8')
      .toString('latin1')
      // oxlint-disable-next-line no-control-regex
      .replace(/[\0\r\n]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
  )
}

/** The text that bytes from the wire, given as latin1 characters, stand for in UTF-8. */
export function fromWire(text: string): string {
  return /[\x80-\xff]/.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text
}
