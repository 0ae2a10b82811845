/** A complete answer that a plugin or the gateway gives instead of asking the upstream. */
export interface Reply {
  readonly status: number
  /** Names as they go on the wire; an array becomes several header lines. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** Sent as it is; its `Content-Type` is the sender's business. Absent: no body. */
  readonly body?: string | Uint8Array
  /**
   * Set instead of `body` for a gateway error: the engine renders the text by the request's `Accept` with Kong's templates
   * (`{"message": …, "request_id": …}`, HTML, XML or plain), as `kong.response.error` does.
   */
  readonly error?: string
}

/** What a synchronous step says: `undefined` = go on; a `Reply` = stop here and answer this. */
export type Verdict = Reply | undefined

/** A JSON answer, as `kong.response.exit(status, {…})` gives it. */
export function jsonReply(
  status: number,
  value: unknown,
  headers?: Readonly<Record<string, string | readonly string[]>>,
): Reply {
  return {
    status,
    headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  }
}

/** A gateway error whose body is rendered by the request's `Accept`. */
export function errorReply(
  status: number,
  message: string,
  headers?: Readonly<Record<string, string | readonly string[]>>,
): Reply {
  return headers ? { status, headers, error: message } : { status, error: message }
}
