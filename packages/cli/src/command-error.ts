/** A failure that the person at the terminal can mend: the message is one line that says what to do, and no stack is shown. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}
