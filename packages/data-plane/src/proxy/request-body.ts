import { Failure } from '../failure.ts'

/** Where a body's bytes come from; told when to stop and go on. */
export interface BodySource {
  /** The body is wanted now: the place for `100 Continue`. */
  wanted(): void
  pauseBody(): void
  resumeBody(): void
}

/** Takes a body as it arrives. Returns false when it cannot take more for now. */
export interface BodySink {
  onBodyChunk(chunk: Uint8Array): boolean
  onBodyEnd(): void
}

/**
 * The body of one request. Until somebody asks, what has arrived is held, up to a limit at which the source is paused. It is read
 * once: streamed to a sink, or collected by `collect`, after which it may be replayed.
 */
export class RequestBody {
  /** Payload bytes that have arrived. */
  received = 0
  #held: Uint8Array[] = []
  #heldBytes = 0
  #ended: boolean
  #consumed = false
  #paused = false
  #limit: number
  #failure: Failure | undefined
  #sink: BodySink | undefined
  #waiter: { readonly upTo: number; readonly done: () => void } | undefined
  readonly #source: BodySource

  constructor(source: BodySource, ended: boolean, heldLimit: number) {
    this.#source = source
    this.#ended = ended
    this.#limit = heldLimit
  }

  /** The last byte has arrived. */
  get ended(): boolean {
    return this.#ended
  }

  get failure(): Failure | undefined {
    return this.#failure
  }

  /** Every byte is here and none was given away: it can be sent again. */
  get replayable(): boolean {
    return this.#ended && !this.#consumed && this.#failure === undefined
  }

  /** Nothing was given away yet. */
  get untouched(): boolean {
    return !this.#consumed
  }

  get heldBytes(): number {
    return this.#heldBytes
  }

  /** From the source. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    this.received += chunk.length
    if (this.#sink) {
      this.#consumed = true
      if (!this.#sink.onBodyChunk(chunk)) this.#pause()
      return
    }
    this.#held.push(chunk)
    this.#heldBytes += chunk.length
    const waiter = this.#waiter
    if (waiter && this.#heldBytes > waiter.upTo) this.#wake()
    else if (!waiter && this.#heldBytes > this.#limit) this.#pause()
  }

  /** From the source. */
  end(): void {
    this.#ended = true
    this.#sink?.onBodyEnd()
    this.#wake()
  }

  /** From the source: the rest will not come. */
  fail(failure: Failure): void {
    this.#failure ??= failure
    this.#wake()
  }

  #wake(): void {
    const waiter = this.#waiter
    this.#waiter = undefined
    waiter?.done()
  }

  #pause(): void {
    this.#paused = true
    this.#source.pauseBody()
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#source.resumeBody()
  }

  /** Calls `done` once the body has ended, failed, or grown beyond `upTo` bytes. */
  waitFor(upTo: number, done: () => void): void {
    if (this.#ended || this.#failure || this.#heldBytes > upTo) return done()
    this.#waiter = { upTo, done }
    this.#source.wanted()
    this.resume()
  }

  /** Streams what is held and what will come. The body is then consumed, unless it had none. */
  stream(sink: BodySink): void {
    if (this === noRequestBody) return sink.onBodyEnd()
    this.#sink = sink
    this.#source.wanted()
    const held = this.#held
    this.#held = []
    this.#heldBytes = 0
    let room = true
    for (const chunk of held) {
      this.#consumed = true
      room = sink.onBodyChunk(chunk) && room
    }
    if (this.#ended) sink.onBodyEnd()
    else if (room) this.resume()
    else this.#pause()
  }

  /** Nobody takes the body any more; bytes that still come are dropped. */
  detach(): void {
    if (this === noRequestBody) return
    this.#sink = discard
    this.#held = []
    this.#heldBytes = 0
    this.#waiter = undefined
  }

  /** The whole body, which stays replayable. Rejects with a `Failure` if it is longer than `limit` or does not arrive. */
  collect(limit: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.#consumed || this.#sink) return reject(new TypeError('the request body has been sent on already'))
      this.waitFor(limit, () => {
        if (this.#failure) reject(this.#failure)
        else if (this.#heldBytes > limit || !this.#ended) {
          reject(new Failure('client', 'body_too_large', 'never', `the request body is longer than ${limit} bytes`))
        } else resolve(this.whole())
      })
    })
  }

  /** All bytes of a replayable body as one piece. */
  whole(): Uint8Array {
    if (this.#held.length > 1) this.#held = [Buffer.concat(this.#held)]
    return this.#held[0] ?? nothing
  }
}

/** The body of every request that has none. Nothing that is done with it changes it. */
export const noRequestBody: RequestBody = new RequestBody(
  { wanted: () => undefined, pauseBody: () => undefined, resumeBody: () => undefined },
  true,
  0,
)

const nothing = new Uint8Array(0)
const discard: BodySink = { onBodyChunk: () => true, onBodyEnd: () => undefined }
